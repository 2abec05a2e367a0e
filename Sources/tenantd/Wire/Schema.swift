// What a value on the wire looks like, as a declaration: OpenRPC's schemas are written from it.

import JSONRPC

/// The form of a value.
indirect enum Schema: Sendable {
  /// - Parameter lengths: in characters.
  case string(lengths: ClosedRange<Int>? = nil, pattern: String? = nil, format: String? = nil)
  /// A string of these.
  case oneOf([String])
  case integer(ClosedRange<Int>? = nil)
  case number(ClosedRange<Int>? = nil)
  case boolean
  case null
  case array(Schema)
  /// With these members; closed: with no others.
  case object([Member], isClosed: Bool = false)
  /// With whatever members.
  case anyObject
  case constant(JSON)
  case either([Schema])

  static let string = Schema.string()
  static let integer = Schema.integer()
  static let number = Schema.number()
  /// A request's id.
  static let id = Schema.either([.string, .number])
}

/// One member of an object.
struct Member: Sendable {
  let name: String
  let schema: Schema
  /// Whether it is always there.
  let isAlways: Bool
  let meaning: String?

  /// One that is always there.
  static func always(_ name: String, _ schema: Schema, _ meaning: String? = nil) -> Member {
    Member(name: name, schema: schema, isAlways: true, meaning: meaning)
  }

  /// One that is there where it applies.
  static func maybe(_ name: String, _ schema: Schema, _ meaning: String? = nil) -> Member {
    Member(name: name, schema: schema, isAlways: false, meaning: meaning)
  }
}

extension Schema {
  /// As JSON Schema, with a description where there is one to give.
  func json(_ meaning: String? = nil) -> JSON {
    var schema = object
    schema["description"] = meaning.map { .string($0) }
    return .object(schema)
  }

  private var object: JSONObject {
    switch self {
    case .string(let lengths, let pattern, let format):
      var schema: JSONObject = ["type": "string"]
      schema["minLength"] = lengths.map { .integer(Int64($0.lowerBound)) }
      // As long as texts may be at all goes without saying.
      schema["maxLength"] = lengths.flatMap {
        $0.upperBound == Parameters.longestText ? nil : .integer(Int64($0.upperBound))
      }
      schema["pattern"] = pattern.map { .string($0) }
      schema["format"] = format.map { .string($0) }
      return schema
    case .oneOf(let words): return ["enum": .array(words.map { .string($0) })]
    case .integer(let range): return Self.numeric("integer", range)
    case .number(let range): return Self.numeric("number", range)
    case .boolean: return ["type": "boolean"]
    case .null: return ["type": "null"]
    case .array(let element): return ["type": "array", "items": element.json()]
    case .object(let members, let isClosed):
      var schema: JSONObject = ["type": "object"]
      schema["required"] = .array(members.filter(\.isAlways).map { .string($0.name) })
      if isClosed { schema["additionalProperties"] = false }
      schema["properties"] = .object(
        JSONObject(members.map { ($0.name, $0.schema.json($0.meaning)) }))
      return schema
    case .anyObject: return ["type": "object"]
    case .constant(let value): return ["const": value]
    case .either(let forms): return ["oneOf": .array(forms.map { $0.json() })]
    }
  }

  private static func numeric(_ type: String, _ range: ClosedRange<Int>?) -> JSONObject {
    var schema: JSONObject = ["type": .string(type)]
    schema["minimum"] = range.map { .integer(Int64($0.lowerBound)) }
    schema["maximum"] = range.map { .integer(Int64($0.upperBound)) }
    return schema
  }
}
