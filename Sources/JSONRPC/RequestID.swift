// The id of a request: what it may be, and what makes two the same.

/// The id that a request carries and its reply echoes.
public enum RequestID: Sendable {
  case integer(Int64)
  case string(String)
  /// A number that is no integer, or does not fit one.
  case number(Double)
  case null
}

extension RequestID {
  /// `nil` for what cannot be an id: a truth value, an array, an object.
  public init?(_ json: JSON) {
    switch json {
    case .integer(let value): self = .integer(value)
    case .string(let value): self = .string(value)
    case .double(let value): self = .number(value)
    case .null: self = .null
    case .bool, .array, .object: return nil
    }
  }

  /// The id as it stands in a message.
  public var json: JSON {
    switch self {
    case .integer(let value): .integer(value)
    case .string(let value): .string(value)
    case .number(let value): .double(value)
    case .null: .null
    }
  }
}

extension RequestID: Hashable {
  public static func == (a: RequestID, b: RequestID) -> Bool {
    switch (a, b) {
    case (.integer(let a), .integer(let b)): a == b
    case (.string(let a), .string(let b)): ExactString(a) == ExactString(b)
    case (.number(let a), .number(let b)): a == b
    case (.null, .null): true
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .integer(let value): hasher.combine(value)
    case .string(let value): hasher.combine(ExactString(value))
    case .number(let value): hasher.combine(value)
    case .null: break
    }
  }
}
