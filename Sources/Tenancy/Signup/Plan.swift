// What a customer can sign up for, and its limits.

/// A plan and its limits.
public struct Plan: Sendable, Equatable {
  /// In lower case, such as `free`.
  public var name: String
  public var users: Int
  public var storageGB: Int

  public init(name: String, users: Int, storageGB: Int) {
    self.name = name
    self.users = users
    self.storageGB = storageGB
  }
}

/// The plans on offer. There is always one at least.
public struct Plans: Sendable, Equatable {
  /// In the order in which they were given.
  public let all: [Plan]
  /// The one for a signup that names none: `free`, or the first where there is no `free`.
  public let unnamed: Plan

  /// Free only: 5 users, 1 GB.
  public init() {
    unnamed = Plan(name: "free", users: 5, storageGB: 1)
    all = [unnamed]
  }

  /// Reads plans from text such as `free=5:1,pro=25:50`: name, users, gigabytes.
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
            + "\(Self.largestLimit), as in free=5:1")
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

  // Fits an integer column of any database.
  private static let largestLimit = 1_000_000

  private static func plan(_ entry: Substring) -> Plan? {
    let sides = entry.split(separator: "=", omittingEmptySubsequences: false)
    guard sides.count == 2 else { return nil }
    let limits = sides[1].split(separator: ":", omittingEmptySubsequences: false)
    let name = sides[0].lowercased()
    guard limits.count == 2, let users = Int(limits[0]), let storage = Int(limits[1]),
      1...largestLimit ~= users, 1...largestLimit ~= storage, 1...40 ~= name.unicodeScalars.count,
      name.unicodeScalars.allSatisfy({
        $0.isLowerASCIILetter || $0.isASCIIDigit || $0 == "-" || $0 == "_"
      })
    else { return nil }
    return Plan(name: name, users: users, storageGB: storage)
  }
}
