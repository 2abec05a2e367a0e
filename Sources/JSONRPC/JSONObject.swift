// A JSON object: members in the order they were written, found by name.

/// An object's members, ordered. Names are compared byte by byte, as JSON has it, not by Unicode
/// equivalence. Two objects are equal when they have equal members, in whatever order.
public struct JSONObject: Sendable {
  /// The members in order; no name occurs twice.
  public private(set) var members: [(key: String, value: JSON)] = []

  /// Where each name is, kept only for objects too large to search from end to end.
  private var positions: [ExactString: Int] = [:]
  private static let searchable = 16

  /// An object without members.
  public init() {}

  /// An object of these members; of two with the same name the last wins.
  public init(_ members: some Sequence<(String, JSON)>) {
    for (key, value) in members { self[key] = value }
  }

  /// How many members there are.
  public var count: Int { members.count }

  /// Whether there are none.
  public var isEmpty: Bool { members.isEmpty }

  /// The member of that name. A new one goes to the end; setting `nil` removes.
  public subscript(key: String) -> JSON? {
    get {
      guard let position = position(of: key) else { return nil }
      return members[position].value
    }
    set {
      switch (position(of: key), newValue) {
      case (let position?, let value?): members[position].value = value
      case (let position?, nil): remove(at: position)
      case (nil, let value?): append(key, value)
      case (nil, nil): break
      }
    }
  }

  private func position(of key: String) -> Int? {
    guard members.count <= Self.searchable else { return positions[ExactString(key)] }
    return members.firstIndex { ExactString($0.key) == ExactString(key) }
  }

  private mutating func append(_ key: String, _ value: JSON) {
    members.append((key, value))
    if members.count == Self.searchable + 1 {
      index()
    } else if members.count > Self.searchable {
      positions[ExactString(key)] = members.count - 1
    }
  }

  private mutating func remove(at position: Int) {
    members.remove(at: position)
    positions = [:]
    if members.count > Self.searchable { index() }
  }

  private mutating func index() {
    positions.reserveCapacity(members.count)
    for (position, member) in members.enumerated() {
      positions[ExactString(member.key)] = position
    }
  }
}

extension JSONObject: Equatable {
  public static func == (a: JSONObject, b: JSONObject) -> Bool {
    a.count == b.count && a.members.allSatisfy { b[$0.key] == $0.value }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self.init(elements)
  }
}

/// A string compared by its bytes. `String` itself holds "é" and "e + accent" to be the same, which
/// would merge two members, or two requests, that are different on the wire; and it hashes them
/// alike, so that a line of a thousand spellings of one name would cost a million comparisons.
struct ExactString: Hashable {
  let string: String

  init(_ string: String) { self.string = string }

  static func == (a: ExactString, b: ExactString) -> Bool {
    // Never `String`'s own comparison: it puts the accents of a letter in order, in the square of
    // their number.
    guard a.string.utf8.count == b.string.utf8.count else { return false }
    var (a, b) = (a.string, b.string)
    return a.withUTF8 { a in b.withUTF8 { a.elementsEqual($0) } }
  }

  func hash(into hasher: inout Hasher) {
    var string = string
    string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(UInt8(0xFF))
  }
}
