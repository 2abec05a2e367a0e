// Decoding a request's parameters: every fault is found and told at once, by field.

import JSONRPC
import Tenancy

/// The members of a `params` object, taken one by one as they are declared.
struct Parameters {
  /// Unknown names that are told one by one, and the bytes that a text may have where nothing else
  /// says so: what is wrong is answered with about as much as was sent.
  private static let told = 20
  static let longestText = 4096

  private let object: JSONObject
  private let declared: [Parameter]
  private(set) var errors: [FieldError] = []

  /// - Throws: `invalid_params` when the parameters are not by name.
  init(_ params: JSON?, of declaration: Declaration) throws(RPCError) {
    declared = declaration.parameters
    switch params {
    case nil: object = [:]
    case .object(let object)?: self.object = object
    default:
      throw Failure.invalid([
        FieldError(field: "params", reason: "must be an object: parameters are by name")
      ]).rpcError
    }
  }

  /// A text of whatever length, or none, for rules of the domain's that look at that first: to
  /// compare two texts can cost the square of their length, when they consist of accents.
  mutating func text(_ parameter: Parameter) -> String? {
    read(parameter, "must be a string", isNeeded: false, \.string)
  }

  /// A number of whatever size, or none, for rules of the domain's.
  mutating func anyNumber(_ parameter: Parameter) -> Double? {
    read(parameter, "must be a number", isNeeded: false, \.double)
  }

  mutating func string(_ parameter: Parameter) -> String? {
    guard let text = read(parameter, "must be a string", \.string) else { return nil }
    if text.utf8.count > Self.longestText {
      refuse(parameter, "must have at most \(Self.longestText) bytes")
      return nil
    }
    guard case .string(let lengths?, _, _) = parameter.schema,
      !lengths.contains(text.unicodeScalars.count)
    else { return text }
    refuse(
      parameter,
      text.isEmpty ? "must not be empty" : "must have at most \(lengths.upperBound) characters")
    return nil
  }

  /// One of the words that are declared.
  mutating func word(_ parameter: Parameter) -> String? {
    guard let word = string(parameter) else { return nil }
    guard case .oneOf(let words) = parameter.schema, !words.contains(word) else { return word }
    refuse(parameter, "must be one of \(words.joined(separator: ", "))")
    return nil
  }

  /// - Parameter unit: Follows the limits in the sentence that refuses what is beyond them.
  mutating func number(_ parameter: Parameter, unit: String = "") -> Double? {
    guard let number = read(parameter, "must be a number", \.double) else { return nil }
    guard case .number(let range?) = parameter.schema,
      !(Double(range.lowerBound)...Double(range.upperBound)).contains(number)
    else { return number }
    let unit = unit.isEmpty ? "" : " \(unit)"
    refuse(parameter, "must be \(range.lowerBound) to \(range.upperBound)\(unit)")
    return nil
  }

  mutating func bool(_ parameter: Parameter) -> Bool? {
    read(parameter, "must be true or false", \.bool)
  }

  mutating func strings(_ parameter: Parameter) -> [String]? {
    let strings: [String]? = read(parameter, "must be an array of strings") { value in
      guard let array = value.array else { return nil }
      let strings = array.compactMap(\.string)
      return strings.count == array.count ? strings : nil
    }
    guard let strings, strings.contains(where: { $0.utf8.count > Self.longestText }) else {
      return strings
    }
    refuse(parameter, "must hold strings of at most \(Self.longestText) bytes")
    return nil
  }

  /// A request id: a string or a number.
  mutating func id(_ parameter: Parameter) -> RequestID? {
    read(parameter, "must be a request's id: a string or a number") { RequestID($0) }
  }

  /// - Parameter reason: Without a subject: "must not be empty".
  mutating func refuse(_ parameter: Parameter, _ reason: String) {
    errors.append(FieldError(field: parameter.name, reason: reason))
  }

  func isRefused(_ parameter: Parameter) -> Bool {
    errors.contains { $0.field == parameter.name }
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
    declared.contains { $0.name.utf8.elementsEqual(name.utf8) }
  }

  /// - Throws: `invalid_params` when anything was wrong.
  func finish() throws(RPCError) {
    let faults = faults()
    if !faults.isEmpty { throw Failure.invalid(faults).rpcError }
  }

  /// A `null` stands for a field that is left out.
  mutating func read<Value>(
    _ parameter: Parameter, _ reason: String, isNeeded: Bool = true, _ read: (JSON) -> Value?
  ) -> Value? {
    guard let value = object[parameter.name], value != .null else {
      if parameter.isRequired, isNeeded { refuse(parameter, "must be given") }
      return nil
    }
    guard let result = read(value) else {
      refuse(parameter, reason)
      return nil
    }
    return result
  }
}
