// Decoding a request's parameters: every fault is found and told at once, by field.

import JSONRPC
import Tenancy

/// The members of a `params` object, taken one by one.
struct Parameters {
  /// Unknown names that are told one by one, and the bytes that a text may have where nothing else
  /// says so: what is wrong is answered with about as much as was sent.
  private static let told = 20
  private static let longestText = 4096

  private let object: JSONObject
  private var known: [String] = []
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

  /// A text of whatever length, for rules that look at that first: to compare two texts can cost
  /// the square of their length, when they consist of accents.
  mutating func text(_ field: String) -> String? {
    take(field, "must be a string", \.string)
  }

  mutating func string(_ field: String) -> String? {
    guard let text = text(field) else { return nil }
    guard text.utf8.count > Self.longestText else { return text }
    refuse(field, "must have at most \(Self.longestText) bytes")
    return nil
  }

  mutating func number(_ field: String) -> Double? {
    take(field, "must be a number", \.double)
  }

  mutating func bool(_ field: String) -> Bool? {
    take(field, "must be true or false", \.bool)
  }

  mutating func strings(_ field: String) -> [String]? {
    let strings: [String]? = take(field, "must be an array of strings") { value in
      guard let array = value.array else { return nil }
      let strings = array.compactMap(\.string)
      return strings.count == array.count ? strings : nil
    }
    guard let strings, strings.contains(where: { $0.utf8.count > Self.longestText }) else {
      return strings
    }
    refuse(field, "must hold strings of at most \(Self.longestText) bytes")
    return nil
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
    let unknown = object.members.filter { !isKnown($0.key) }
    let told = unknown.prefix(Self.told).map {
      FieldError(field: $0.key, reason: "is not a parameter of this method")
    }
    guard unknown.count > Self.told else { return errors + told }
    let more = "has \(unknown.count - Self.told) more names that are not parameters of this method"
    return errors + told + [FieldError(field: "params", reason: more)]
  }

  private func isKnown(_ name: String) -> Bool {
    known.contains { $0.utf8.elementsEqual(name.utf8) }
  }

  /// - Throws: `invalid_params` when anything was wrong.
  func finish() throws(RPCError) {
    let faults = faults()
    if !faults.isEmpty { throw Failure.invalid(faults).rpcError }
  }

  /// A `null` stands for a field that is left out.
  mutating func take<Value>(
    _ field: String, _ reason: String, _ read: (JSON) -> Value?
  ) -> Value? {
    known.append(field)
    guard let value = object[field], value != .null else { return nil }
    guard let result = read(value) else {
      refuse(field, reason)
      return nil
    }
    return result
  }
}
