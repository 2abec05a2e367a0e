// The document of `rpc.discover`: what OpenRPC's meta-schema demands of it, and whether the program
// takes and refuses parameters as it says.
import JSONRPC
import Testing

@testable import Harness
@testable import tenantd

@Suite struct OpenRPCRulesTests {
  private let document = Discovery.document
  private var methods: [JSON] { document["methods"]?.array ?? [] }

  /// Members that are no others' than the meta-schema's, and those that must be there.
  private func expect(
    _ object: JSON?, has required: Set<String>, mayHave optional: Set<String> = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let names = Set(object?.object?.members.map(\.key) ?? []).filter { !$0.hasPrefix("x-") }
    #expect(names.isSuperset(of: required), "\(names)", sourceLocation: sourceLocation)
    #expect(
      names.subtracting(required).isSubset(of: optional), "\(names)",
      sourceLocation: sourceLocation)
  }

  @Test func theObjectsHaveTheirMembers() {
    expect(document, has: ["openrpc", "info", "methods"], mayHave: ["components", "servers"])
    #expect(document["openrpc"] == "1.2.6")
    expect(document["info"], has: ["title", "version"], mayHave: ["description", "license"])
    #expect(document["info"]?["version"] == .string(version))
    expect(document["components"], has: [], mayHave: ["schemas", "errors"])
    for method in methods {
      expect(
        method, has: ["name", "params", "result"],
        mayHave: ["paramStructure", "summary", "description", "errors"])
      #expect(["by-name", "by-position", "either"].contains(method["paramStructure"]))
      for content in (method["params"]?.array ?? []) + [method["result"] ?? .null] {
        expect(content, has: ["name", "schema"], mayHave: ["description", "required", "summary"])
        #expect(content["required"] == nil || content["required"]?.bool != nil)
      }
    }
    for error in document["components"]?["errors"]?.object?.members.map(\.value) ?? [] {
      expect(error, has: ["code", "message"], mayHave: ["data"])
      #expect(error["code"]?.integer != nil && error["message"]?.string != nil)
    }
  }

  @Test func namesAndCodesAreUnique() {
    let names = methods.compactMap { $0["name"]?.string }
    #expect(Set(names).count == methods.count && !methods.isEmpty)
    for method in methods {
      let parameters = method["params"]?.array ?? []
      #expect(Set(parameters.compactMap { $0["name"]?.string }).count == parameters.count)
      // What is optional follows what is required.
      let required = parameters.map { $0["required"] == true }
      #expect(required == required.sorted { $0 && !$1 })
    }
    let errors = OpenRPC(document: document).errors
    #expect(Set(errors.values).count == errors.count)
    // JSON-RPC keeps the others for itself.
    #expect(errors.values.allSatisfy { $0 == -32602 || (-32099 ... -32000).contains($0) })
  }

  @Test func everyReferenceHasItsTarget() {
    let known = OpenRPC(document: document)
    var count = 0
    walk(document) { value in
      guard let reference = value["$ref"] else { return }
      count += 1
      #expect(reference.string?.hasPrefix("#/components/") == true)
      #expect(known.resolved(value).object != nil, "\(reference)")
    }
    #expect(count > 30)
  }

  @Test func everySchemaIsOne() {
    let known = OpenRPC(document: document)
    let words: Set<String> = [
      "$ref", "type", "properties", "required", "additionalProperties", "items", "oneOf", "enum",
      "const", "description", "format", "pattern", "minLength", "maxLength", "minimum", "maximum",
    ]
    let types: [JSON] = ["object", "array", "string", "number", "integer", "boolean", "null"]
    func check(_ schema: JSON) {
      for (word, value) in schema.object?.members ?? [] {
        #expect(words.contains(word), "\(word)")
        switch word {
        case "type": #expect(types.contains(value), "\(value)")
        case "oneOf": value.array?.forEach(check)
        case "items": check(value)
        case "properties": value.object?.members.map(\.value).forEach(check)
        case "required":
          for name in value.array ?? [] {
            #expect(schema["properties"]?[name.string ?? ""] != nil, "\(name)")
          }
        default: break
        }
      }
      #expect(schema.object?.members.isEmpty == false && known.resolved(schema) != .null)
    }
    document["components"]?["schemas"]?.object?.members.map(\.value).forEach(check)
    for method in methods {
      for content in (method["params"]?.array ?? []) + [method["result"] ?? .null] {
        check(content["schema"] ?? .null)
      }
    }
  }

  private func walk(_ value: JSON, _ visit: (JSON) -> Void) {
    visit(value)
    for element in value.array ?? [] { walk(element, visit) }
    for (_, member) in value.object?.members ?? [] { walk(member, visit) }
  }
}

extension EndToEnd {
  @Suite(.serialized, .inTurn) struct Parameters {
    private let methods = Discovery.document["methods"]?.array ?? []

    /// A value that the schema allows, and the program as well.
    private func good(_ parameter: JSON) -> JSON {
      let schema = parameter["schema"] ?? .null
      if let word = schema["enum"]?.array?.first { return word }
      switch (parameter["name"], schema["type"]) {
      case ("after", _): return "acme.localhost acme.localhost"
      case ("email", _): return "jane@acme.example"
      case ("password", _): return "SecurePass123"
      case ("plan", _): return "free"
      case ("login", _): return true
      case (_, "string"): return "acme"
      case (_, "number"): return schema["minimum"] ?? 1
      case (_, "boolean"): return true
      case (_, "array"): return ["acme.localhost"]
      default: return "acme"
      }
    }

    /// Values of every other type, and those just beyond what the schema allows.
    private func bad(_ schema: JSON) -> [JSON] {
      let all: [(types: [JSON], value: JSON)] = [
        (["string"], "x"), (["number"], 1), (["boolean"], true), (["object"], [:]),
        (["array"], [1]),
      ]
      let allowed = (schema["oneOf"]?.array ?? [schema]).compactMap { $0["type"] }
      var values = all.filter { !$0.types.contains { allowed.contains($0) } }.map(\.value)
      if allowed == ["array"] { values += [[1], ["x", .null], [["x"]]] }
      if let maximum = schema["maximum"]?.integer { values.append(.integer(maximum + 1)) }
      if let minimum = schema["minimum"]?.integer { values.append(.double(Double(minimum) - 0.5)) }
      if let longest = schema["maxLength"]?.integer {
        values.append(.string(String(repeating: "a", count: Int(longest) + 1)))
      }
      if let shortest = schema["minLength"]?.integer {
        values.append(.string(String(repeating: "a", count: Int(shortest) - 1)))
      }
      if schema["pattern"] != nil { values += ["", "-a", "a-", "A b", "a.b"] }
      if schema["format"] == "email" { values += ["", "jane", "jane@"] }
      return values
    }

    private func all(of method: JSON) -> JSONObject {
      (method["params"]?.array ?? []).reduce(into: JSONObject()) {
        $0[$1["name"]?.string ?? ""] = good($1)
      }
    }

    /// Sent together with an unknown one, the known ones are all right, and nothing is done.
    @Test func everyOneIsTakenAndAnUnknownOneRefused() async throws {
      try await withDaemon { daemon, _ in
        for method in methods {
          var params = all(of: method)
          params["unknown"] = 1
          let error = try await daemon.refused(method["name"]?.string ?? "", .object(params))
          #expect(error.kind == "invalid_params" && error.fields == ["unknown"], "\(error)")
        }
      }
    }

    @Test func everyWrongValueIsRefusedByName() async throws {
      var count = 0
      try await withDaemon { daemon, _ in
        for method in methods {
          for parameter in method["params"]?.array ?? [] {
            let name = try #require(parameter["name"]?.string)
            for value in bad(parameter["schema"] ?? .null) {
              var params = all(of: method)
              params[name] = value
              let error = try await daemon.refused(method["name"]?.string ?? "", .object(params))
              #expect(error.kind == "invalid_params", "\(name) \(value): \(error)")
              #expect(error.fields == [name], "\(name) \(value): \(error)")
              count += 1
            }
          }
        }
      }
      #expect(count >= 100)
    }

    /// `null` counts as missing.
    @Test func everyMissingOneIsNamed() async throws {
      try await withDaemon { daemon, _ in
        for method in methods {
          let name = method["name"]?.string ?? ""
          let required = (method["params"]?.array ?? []).filter { $0["required"] == true }
            .compactMap { $0["name"]?.string }
          for parameter in required {
            var params = all(of: method)
            params[parameter] = .null
            let error = try await daemon.refused(name, .object(params))
            #expect(error.fields == [parameter])
          }
          if !required.isEmpty {
            let error = try await daemon.refused(name)
            #expect(error.fields == Set(required))
          }
        }
      }
    }
  }
}
