// Decoding a request's parameters: every fault is found and told at once, by field.

import JSONRPC
import Tenancy

/// The members of a `params` object, taken one by one.
struct Parameters {
  private let object: JSONObject
  private var known: Set<String> = []
  private(set) var errors: [FieldError] = []

  /// - Throws: `invalid_params` when the parameters are not by name.
  init(_ params: JSON?) throws(RPCError) {
    switch params {
    case nil: object = [:]
    case .object(let object)?: self.object = object
    default:
      throw Failure.invalid([
        FieldError(field: "params", reason: "must be an object: parameters are by name")
      ]).rpcError
    }
  }

  mutating func string(_ field: String) -> String? {
    take(field, "must be a string", \.string)
  }

  mutating func number(_ field: String) -> Double? {
    take(field, "must be a number", \.double)
  }

  mutating func bool(_ field: String) -> Bool? {
    take(field, "must be true or false", \.bool)
  }

  mutating func strings(_ field: String) -> [String]? {
    take(field, "must be an array of strings") { value in
      guard let array = value.array else { return nil }
      let strings = array.compactMap(\.string)
      return strings.count == array.count ? strings : nil
    }
  }

  /// A request id: a string or a number.
  mutating func id(_ field: String) -> RequestID? {
    take(field, "must be a request's id: a string or a number") { RequestID($0) }
  }

  mutating func refuse(_ field: String, _ reason: String) {
    errors.append(FieldError(field: field, reason: reason))
  }

  /// The faults, unknown fields included.
  func faults() -> [FieldError] {
    errors
      + object.members.filter { !known.contains($0.key) }.map {
        FieldError(field: $0.key, reason: "is not a parameter of this method")
      }
  }

  /// - Throws: `invalid_params` when anything was wrong.
  func finish() throws(RPCError) {
    let faults = faults()
    if !faults.isEmpty { throw Failure.invalid(faults).rpcError }
  }

  /// A `null` stands for a field that is left out.
  private mutating func take<Value>(
    _ field: String, _ reason: String, _ read: (JSON) -> Value?
  ) -> Value? {
    known.insert(field)
    guard let value = object[field], value != .null else { return nil }
    guard let result = read(value) else {
      refuse(field, reason)
      return nil
    }
    return result
  }
}
