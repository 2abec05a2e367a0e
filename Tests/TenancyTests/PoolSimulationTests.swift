// What the pool's policy makes of bursts, a day and a fresh bench. `TENANTD_TEST_TABLE=1` prints it.
import Foundation
import Testing

@testable import Tenancy

@Suite(.timeLimit(.minutes(1)))
struct PoolSimulationTests {
  private typealias Outcome = Simulation.Outcome

  private func burst(_ count: Int) -> [Double] { Array(repeating: 0, count: count) }

  /// Customers of one day: one an hour at night, and between 7 and 21 o'clock up to `busiest` more.
  private func day(_ busiest: Double) -> [Double] {
    var arrivals = Arrivals(seed: 1)
    return arrivals.chance(from: 0, to: 86_400) { at in
      1 + busiest * max(0, sin((at / 3600 - 7) / 14 * .pi))
    }
  }

  private func tell(_ what: String, _ sizes: ClosedRange<Int>, _ outcome: Outcome) {
    guard ProcessInfo.processInfo.environment["TENANTD_TEST_TABLE"] == "1" else { return }
    let paths = ["standby", "copy", "install"].map { "\(outcome.paths[$0] ?? 0)" }
    let times = [0.5, 0.95, 1].map { String(format: "%.2f", outcome.percentile($0)) }
    let stock = ["\(outcome.largest)", String(format: "%.1f", outcome.mean)]
    print("| " + ([what, "\(sizes)"] + paths + times + stock).joined(separator: " | ") + " |")
  }

  @Test(arguments: [("Frappe", Costs.frappe), ("ERPNext", Costs.erpnext)])
  func aBurstThatComesAgainFindsItsStandbys(_ name: String, _ costs: Costs) {
    var fixed = Simulation(2...2, costs)
    let cold = fixed.play(burst(20), until: 300)
    tell("\(name): 20 at once", 2...2, cold)
    var following = Simulation(2...20, costs)
    let first = following.play(burst(20), until: 300)
    tell("\(name): 20 at once, the first time", 2...20, first)
    #expect(following.wanted == 20)
    // Refilling in between costs the first ones little.
    #expect(first.percentile(0.5) <= cold.percentile(0.5) * 1.1)
    let again = following.play(burst(20), until: 300)
    tell("\(name): 20 at once, five minutes later", 2...20, again)
    #expect((again.paths["standby"] ?? 0) >= 19)
    #expect(again.percentile(0.5) < first.percentile(0.5) / 4)
    // It costs something as long as it is kept, and no longer.
    let quiet = following.play([], until: 4 * 3600)
    #expect(quiet.mean < 20 && following.wanted == 2)
  }

  @Test(arguments: [("Frappe", Costs.frappe, 2.5), ("ERPNext", Costs.erpnext, 4)])
  func aDayNeedsFewMoreThanItsCustomersUse(_ name: String, _ costs: Costs, _ most: Double) {
    for busiest in [120.0, 600] {
      let customers = day(busiest)
      var fixed = Simulation(2...2, costs)
      let before = fixed.play(customers, until: 86_400)
      tell("\(name): a day of \(customers.count)", 2...2, before)
      var following = Simulation(2...20, costs)
      let after = following.play(customers, until: 86_400)
      tell("\(name): a day of \(customers.count)", 2...20, after)
      let standby = after.paths["standby"] ?? 0
      #expect(standby >= before.paths["standby"] ?? 0)
      #expect(Double(standby) >= 0.97 * Double(customers.count))
      #expect(after.mean <= most, "what is kept is near what is used")
    }
  }

  @Test(arguments: [("Frappe", Costs.frappe), ("ERPNext", Costs.erpnext)])
  func aFreshBenchUnderSteadyLoadGetsItsTemplate(_ name: String, _ costs: Costs) {
    var simulation = Simulation(2...10, costs, hasTemplate: false)
    let customers = (0..<161).map { Double($0) * 10 }
    let outcome = simulation.play(customers)
    tell("\(name): a fresh bench, one each 10 s", 2...10, outcome)
    // Those who came before it was there, and no more.
    #expect((outcome.paths["install"] ?? 0) <= 5)
    #expect((outcome.paths["standby"] ?? 0) >= 130)
  }

  @Test func aStreamThatNeverPausesIsServedFromThePoolToo() {
    // 4 places, always taken: each customer comes when one was served.
    var simulation = Simulation(2...10)
    let outcome = simulation.play((0..<600).map { Double($0) * 0.36 })
    tell("Frappe: 2.8 customers a second without a pause", 2...10, outcome)
    #expect((outcome.paths["standby"] ?? 0) >= 25, "a quarter of the time makes a standby each 7 s")
  }
}
