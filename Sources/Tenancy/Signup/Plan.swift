// What a customer can sign up for, and its limits.

/// A plan and its limits; nil is unlimited.
public struct Plan: Sendable, Equatable {
  /// In lower case, such as `free`.
  public var name: String
  public var users: Int?
  public var storageGB: Int?
  /// Further ones by name, such as `apiCalls` a day: kept with the tenant and handed on.
  public var limits: [String: Int?]

  public init(name: String, users: Int?, storageGB: Int?, limits: [String: Int?] = [:]) {
    self.name = name
    self.users = users
    self.storageGB = storageGB
    self.limits = limits
  }
}

/// The plans on offer. There is always one at least.
public struct Plans: Sendable, Equatable {
  /// In the order in which they were given.
  public let all: [Plan]
  /// The one for a signup that names none: `free`, or the first where there is no `free`.
  public let unnamed: Plan

  /// What is read where nothing is configured: the plans of `init()`.
  public static let standardText =
    "free=5:1,starter=10:5,professional=50:50,enterprise=unlimited:unlimited"

  /// Free, starter, professional, and enterprise without limits.
  public init() {
    unnamed = Plan(name: "free", users: 5, storageGB: 1)
    all = [
      unnamed, Plan(name: "starter", users: 10, storageGB: 5),
      Plan(name: "professional", users: 50, storageGB: 50),
      Plan(name: "enterprise", users: nil, storageGB: nil),
    ]
  }

  /// Reads plans from text such as `free=5:1,pro=25:unlimited:apiCalls=10000`: name, users,
  /// gigabytes, and further limits by name.
  ///
  /// - Throws: An error for the field `plans`, whose reason names the entry that is wrong.
  public init(parsing text: String) throws(FieldError) {
    func refusal(_ reason: String) -> FieldError { FieldError(field: "plans", reason: reason) }
    var plans: [Plan] = []
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      let entry = String(piece).trimmed
      guard let plan = Self.plan(entry) else {
        throw refusal(
          "has the entry “\(entry)”: expected name=users:gigabytes with numbers from 1 to "
            + "\(Self.largestLimit) or unlimited, as in free=5:1, and then further limits from 0 to "
            + "\(Self.largestFurther), as in pro=25:50:apiCalls=10000")
      }
      if plans.contains(where: { $0.name == plan.name }) {
        throw refusal("names the plan “\(plan.name)” twice")
      }
      plans.append(plan)
    }
    guard let first = plans.first else { throw refusal("must name one plan at least") }
    all = plans
    unnamed = plans.first { $0.name == "free" } ?? first
  }

  /// The plan of that name, in whatever case it is written; `nil` when it is not on offer.
  public func named(_ name: String) -> Plan? {
    let wanted = name.lowercased()
    return all.first { $0.name == wanted }
  }

  // Fit an integer column of any database.
  private static let largestLimit = 1_000_000
  private static let largestFurther = 2_000_000_000

  private static func plan(_ entry: Substring) -> Plan? {
    let sides = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard sides.count == 2 else { return nil }
    let parts = sides[1].split(separator: ":", omittingEmptySubsequences: false)
    let name = sides[0].lowercased()
    guard parts.count >= 2, let users = limit(parts[0], in: 1...largestLimit),
      let storage = limit(parts[1], in: 1...largestLimit), 1...40 ~= name.unicodeScalars.count,
      name.unicodeScalars.allSatisfy({
        $0.isLowerASCIILetter || $0.isASCIIDigit || $0 == "-" || $0 == "_"
      })
    else { return nil }
    var plan = Plan(name: name, users: users.value, storageGB: storage.value)
    for part in parts.dropFirst(2) {
      guard let (name, value) = further(part), plan.limits[name] == nil else { return nil }
      plan.limits[name] = .some(value)
    }
    return plan
  }

  /// A number, or `unlimited`; nil where it is neither.
  private static func limit(_ text: Substring, in range: ClosedRange<Int>) -> (value: Int?, Void)? {
    if text == "unlimited" { return (nil, ()) }
    guard let number = Int(text), range.contains(number) else { return nil }
    return (number, ())
  }

  /// Such as `apiCalls=10000`.
  private static func further(_ text: Substring) -> (name: String, value: Int?)? {
    let sides = text.split(separator: "=", omittingEmptySubsequences: false)
    guard sides.count == 2, let value = limit(sides[1], in: 0...largestFurther),
      1...40 ~= sides[0].unicodeScalars.count, sides[0].first?.isLetter == true,
      sides[0].unicodeScalars.allSatisfy({
        $0.isASCII && ($0.properties.isAlphabetic || $0.isASCIIDigit || $0 == "_")
      }), !["name", "users", "storageGB"].contains(sides[0])
    else { return nil }
    return (String(sides[0]), value.value)
  }
}
