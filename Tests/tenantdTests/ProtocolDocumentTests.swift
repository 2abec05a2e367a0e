// The documents against the program: what protocol.md and README.md say is what the program does.
import Foundation
import JSONRPC
import Synchronization
import Testing

@testable import Harness
@testable import tenantd

@Suite(.timeLimit(.minutes(1)))
struct ProtocolDocumentTests {
  private let page: Page
  private let program: OpenRPC

  init() throws {
    page = try Page("protocol.md")
    program = OpenRPC(document: Discovery.document)
  }

  @Test func everyExampleIsJSON() throws {
    for page in [page, try Page("README.md")] {
      for block in page.blocks where block.language == "json" {
        #expect(block.values.count > 0 && block.rest.isEmpty, "\(page.name): \(block.rest)")
      }
    }
    let messages = page.blocks.filter { $0.language == "json" }.flatMap(\.values)
    #expect(messages.count > 50)
    for message in messages.flatMap({ $0.array ?? [$0] }) {
      #expect(message["method"] != nil || message["result"] != nil || message["error"] != nil)
    }
  }

  @Test func theMethodsAreTheProgramsOwn() {
    let told = page.sections.filter { $0.parent == "Methods" }.map(\.name)
    #expect(told.sorted() == program.methods.map(\.name).sorted())
  }

  @Test func theParametersAreTheProgramsOwn() {
    for method in program.methods {
      let told = page.tables(method.name, "parameter").flatMap(\.rows).map {
        "\($0[0]): \($0[1]), required: \($0[2])"
      }
      let known = method.parameters.map {
        "\($0.name): \($0.type), required: \($0.isRequired ? "yes" : "no")"
      }
      #expect(Set(told) == Set(known), "\(method.name)")
      #expect(told.count == known.count, "\(method.name)")
    }
  }

  @Test func theResultsAreTheProgramsOwn() {
    for method in program.methods {
      let tables = page.tables(method.name, "member")
      let schemas = method.results.filter { !$0.isEmpty }
      #expect(tables.count == schemas.count, "\(method.name)")
      for (table, members) in zip(tables, schemas) {
        let told = table.rows.map { "\($0[0]): \($0[1]), always: \($0[2])" }
        let known = members.map {
          "\($0.name): \($0.type), always: \($0.isRequired ? "yes" : "no")"
        }
        #expect(Set(told) == Set(known), "\(method.name)")
        #expect(told.count == known.count, "\(method.name)")
      }
    }
  }

  @Test func theErrorsAreTheProgramsOwn() throws {
    let own: [RPCError] = [
      .parseError(""), .invalidRequest(""), .lineTooLong(maximum: 1), .duplicateID,
      .methodNotFound(""), .internalError(),
    ]
    let tables = page.tables("Errors", "kind")
    try #require(tables.count == 2)
    let told = tables.map { Set($0.rows.map { "\($0[0]) \($0[1])" }) }
    #expect(told[0] == Set(own.map { "\($0.kind ?? "") \($0.code)" }))
    #expect(told[1] == Set(program.errors.map { "\($0.key) \($0.value)" }))
    for method in program.methods {
      #expect(Set(page.errors(of: method.name)) == Set(method.errors), "\(method.name)")
    }
  }

  /// Each kind has a section with an example, whose number and members are those of the tables.
  @Test func everyErrorHasAnExample() throws {
    let members = Set(page.tables("Errors", "member").flatMap(\.rows).map { $0[0] })
    for row in page.tables("Errors", "kind").flatMap(\.rows) {
      let allowed = Set(row[3].matches(of: /`(\w+)`/).map { String($0.1) }) + ["kind", "advice"]
      let examples = page.blocks.flatMap(\.values).flatMap { $0.array ?? [$0] }
        .compactMap { $0["error"] }.filter { $0.kind == row[0] }
      #expect(page.sections.contains { $0.parent == "Errors" && $0.name == row[0] })
      #expect(!examples.isEmpty, "\(row[0])")
      for error in examples {
        #expect(error["code"]?.integer.map(String.init) == row[1])
        let names = Set(error["data"]?.object?.members.map(\.key) ?? [])
        #expect(names.isSubset(of: allowed), "\(row[0]): \(names.subtracting(allowed))")
        #expect(names.isSubset(of: members), "\(row[0]): \(names.subtracting(members))")
      }
    }
  }

  @Test func theNotificationsAreTheProgramsOwn() {
    let tables = page.tables("Progress", "member")
    #expect(tables.count == 2 && program.progress.count == 2)
    for (table, members) in zip(tables, program.progress) {
      let told = table.rows.map { "\($0[0]): \($0[1]), always: \($0[2])" }
      let known = members.map { "\($0.name): \($0.type), always: \($0.isRequired ? "yes" : "no")" }
      #expect(told == known)
    }
  }

  @Test func theProgressExamplesFitTheirTables() throws {
    let tables = page.tables("Progress", "member").map(\.rows)
    try #require(tables.count == 2)
    let examples = page.blocks.flatMap(\.values).filter { $0["method"] == "progress" }
      .compactMap { $0["params"]?.object }
    #expect(examples.contains { $0["message"] != nil })
    for example in examples {
      let isCleanup = example["title"] == "Drop site" || example["state"] == "waiting"
      let rows = tables[isCleanup ? 1 : 0]
      let names = Set(example.members.map(\.key))
      #expect(names.isSubset(of: rows.map { $0[0] }), "\(example)")
      #expect(names.isSuperset(of: rows.filter { $0[2] == "yes" }.map { $0[0] }), "\(example)")
    }
  }

  @Test func theSettingsAreTheProgramsOwn() throws {
    let table = try #require(
      try Page("README.md").tables.first { $0.header.first == "environment" })
    let told = table.rows.map { $0.prefix(3).joined(separator: " | ") }
    let known = Setting.all.map {
      [$0.name, $0.flag.map { "--\($0)" } ?? "", $0.standard]
        .joined(separator: " | ")
    }
    #expect(told == known)
  }

  /// The requests that README's commands send have names and parameters that there are.
  @Test func theCommandsOfREADMEAreRequests() throws {
    let shell = try Page("README.md").blocks.filter { $0.language == "sh" }.map(\.text).joined()
    let requests = try shell.matches(of: /echo '(.+?)'/).map { try JSON(parsing: String($0.1)) }
    #expect(requests.count >= 6)
    for request in requests {
      let method = program.methods.first { $0.name == request["method"]?.string }
      let names = request["params"]?.object?.members.map(\.key) ?? []
      #expect(method != nil && request["id"] != nil, "\(request)")
      #expect(Set(names).isSubset(of: method?.parameters.map(\.name) ?? []), "\(request)")
    }
  }

  /// One conversation, in the order of the page, with the real program on a sandbox.
  @Test func theExamplesAreWhatTheProgramSays() async throws {
    let bench = try TestBench()
    let daemon = try Daemon(on: bench)
    var replies: [RequestID: Int] = [:]
    var compared = 0
    for block in page.blocks where block.marker.hasPrefix("replay") {
      if block.language == "text" { daemon.send(line: block.text) }
      for value in block.values {
        if value.isRequest {
          daemon.send(value)
          continue
        }
        let actual: JSON
        if let params = value["params"] {
          actual = try await daemon.messages.first("\(value)") {
            $0["params"]?["id"] == params["id"] && $0["params"]?["state"] == params["state"]
              && $0["params"]?["step"] == params["step"]
          }
        } else {
          let id = try #require(value.id)
          replies[id, default: 0] += 1
          actual = try await daemon.reply(id, number: replies[id] ?? 1)
        }
        let depth = block.marker == "replay members" ? 2 : 20
        #expect(value.shape(depth: depth) == actual.shape(depth: depth), "\(value)")
        #expect(value["error"]?["code"] == actual["error"]?["code"])
        #expect(value["error"]?.kind == actual["error"]?.kind)
        compared += 1
      }
    }
    #expect(compared > 25)
    try await daemon.finish()
  }
}

extension Daemon {
  /// The so-and-so-many-th reply of that id; a batch has that of its first.
  fileprivate func reply(_ id: RequestID, number: Int) async throws -> JSON {
    let count = Mutex(0)
    return try await messages.first("reply \(number) to \(id)") { message in
      guard message.id == id, !message.isRequest else { return false }
      return count.withLock {
        $0 += 1
        return $0 == number
      }
    }
  }
}

extension JSON {
  /// Its own id, or that of a batch's first message.
  fileprivate var id: RequestID? { (self["id"] ?? array?.first?["id"]).flatMap { RequestID($0) } }

  fileprivate var isRequest: Bool {
    let first = array?.first ?? self
    return first["method"] != nil && first["method"] != "progress"
  }

  /// The names and types of all members, as `result.steps[].seconds: number`.
  fileprivate func shape(_ name: String = "", depth: Int) -> Set<String> {
    guard depth > 0 else { return [] }
    switch self {
    case .null: return ["\(name): null"]
    case .bool: return ["\(name): boolean"]
    case .integer, .double: return ["\(name): number"]
    case .string: return ["\(name): string"]
    case .array(let elements):
      return elements.reduce(into: ["\(name): array"]) {
        $0.formUnion($1.shape("\(name)[]", depth: depth - 1))
      }
    case .object(let object):
      return object.members.reduce(into: ["\(name): object"]) {
        $0.formUnion($1.value.shape(name.isEmpty ? $1.key : "\(name).\($1.key)", depth: depth - 1))
      }
    }
  }
}
