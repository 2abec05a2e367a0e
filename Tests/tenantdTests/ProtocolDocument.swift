// A Markdown page and the OpenRPC document, taken apart for the tests that compare them.
import Foundation
import JSONRPC

@testable import tenantd

/// A document, as far as the tests look at it.
struct Page {
  struct Table {
    let section: [String]
    let header: [String]
    var rows: [[String]] = []
  }

  struct Block {
    let section: [String]
    let language: String
    /// What a comment just above it says.
    let marker: String
    var text = ""
    var values: [JSON] = []
    /// Lines that have not become a value.
    var rest = ""

    /// A value may go over several lines.
    mutating func add(_ line: String) {
      text += (text.isEmpty ? "" : "\n") + line
      guard language == "json" else { return }
      rest += line + "\n"
      guard let value = try? JSON(parsing: rest) else { return }
      values.append(value)
      rest = ""
    }
  }

  let name: String
  var sections: [(name: String, parent: String)] = []
  var tables: [Table] = []
  var blocks: [Block] = []
  /// The lines of each section that are neither.
  var prose: [String: String] = [:]

  init(_ name: String) throws {
    self.name = name
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
    var path = ["", ""]
    var marker = ""
    var block: Block?
    var isInTable = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("```") {
        if let whole = block.take() {
          blocks.append(whole)
          marker = ""
        } else {
          block = Block(
            section: path, language: String(line.dropFirst(3)), marker: marker)
        }
      } else if block != nil {
        block?.add(line)
      } else if line.hasPrefix("<!-- ") {
        marker = String(line.dropFirst(5).dropLast(4))
      } else if let heading = line.firstMatch(of: /^(##+) `?([^`]+)`?$/) {
        path = heading.1 == "##" ? [String(heading.2), ""] : [path[0], String(heading.2)]
        sections.append((String(heading.2), heading.1 == "##" ? "" : path[0]))
      } else if line.hasPrefix("| ---") {
        continue
      } else if line.hasPrefix("| ") {
        let cells = line.dropFirst(2).dropLast(1).replacing("\\|", with: "\u{1}").split(
          separator: "|", omittingEmptySubsequences: false)
        let row = cells.map { $0.replacing("`", with: "").replacing("\u{1}", with: "|").trimmed }
        if isInTable {
          // A column of several kinds needs its quotes to be told apart.
          tables[tables.count - 1].rows.append(row.dropLast() + [cells.last?.trimmed ?? ""])
        } else {
          tables.append(Table(section: path, header: row))
        }
      } else {
        prose[path[1], default: ""] += line + " "
      }
      isInTable = line.hasPrefix("|")
    }
  }

  /// The tables of a section, or of what is just below it, whose first column is so named.
  func tables(_ section: String, _ column: String) -> [Table] {
    tables.filter {
      $0.header.first == column
        && ($0.section[1].isEmpty ? $0.section[0] : $0.section[1]) == section
    }
  }

  /// The kinds behind “Errors:” in a method's section.
  func errors(of method: String) -> [String] {
    let text = prose[method] ?? ""
    let sentence = text.split(separator: "Errors: ").dropFirst().first?.prefix { $0 != "." } ?? ""
    return sentence.matches(of: /`(\w+)`/).map { String($0.1) }
  }
}

/// The program's own description of itself, flattened.
struct OpenRPC {
  struct Member {
    let name: String
    let type: String
    let isRequired: Bool
  }

  struct Method {
    let name: String
    let parameters: [Member]
    /// One list for each form that the result can have.
    let results: [[Member]]
    let errors: [String]
  }

  let document: JSON

  var errors: [String: Int64] {
    let all = document["components"]?["errors"]?.object?.members ?? []
    return Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0.value["code"]?.integer ?? 0) })
  }

  /// The forms that a progress notification can have.
  var progress: [[Member]] {
    let all = document["x-notifications"]?.array ?? []
    let forms = all.first { $0["name"] == "progress" }?["params"]?["oneOf"]?.array ?? []
    return forms.map { members(resolved($0), "") }
  }

  var methods: [Method] {
    (document["methods"]?.array ?? []).map { method in
      let schema = resolved(method["result"]?["schema"])
      return Method(
        name: method["name"]?.string ?? "",
        parameters: (method["params"]?.array ?? []).map {
          Member(
            name: $0["name"]?.string ?? "", type: type(resolved($0["schema"])),
            isRequired: $0["required"] == true)
        },
        results: (schema["oneOf"]?.array ?? [schema]).map { members(resolved($0), "") },
        errors: (method["errors"]?.array ?? []).compactMap {
          $0["$ref"]?.string?.split(separator: "/").last.map(String.init)
        })
    }
  }

  func resolved(_ schema: JSON?) -> JSON {
    guard let path = schema?["$ref"]?.string else { return schema ?? [:] }
    return path.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] ?? .null }
  }

  private func members(_ schema: JSON, _ prefix: String) -> [Member] {
    let required = schema["required"]?.array ?? []
    return (schema["properties"]?.object?.members ?? []).flatMap { key, value -> [Member] in
      var (name, value) = (prefix + key, resolved(value))
      if value["type"] == "array" { (name, value) = (name + "[]", resolved(value["items"])) }
      if value["properties"] != nil { return members(value, name + ".") }
      return [Member(name: name, type: type(value), isRequired: required.contains(.string(key)))]
    }
  }

  private func type(_ schema: JSON) -> String {
    if let forms = schema["oneOf"]?.array {
      return forms.map { type($0) }.joined(separator: " or ")
    }
    if schema["enum"] != nil { return "string" }
    let name = schema["type"]?.string ?? ""
    return name == "array" ? "array of \(type(resolved(schema["items"])))" : name
  }
}
