// The measure of demand: what a crowd calls for, and that nothing else is carried over.
import Testing

@testable import Tenancy

@Suite(.timeLimit(.minutes(1)))
struct DemandTests {
  private let start = ContinuousClock.now

  @Test func aCrowdCallsForItsSize() {
    var demand = Demand()
    for _ in 0..<5 { demand.arrived(at: start) }
    #expect(demand.wanted(at: start) == 5)
  }

  /// A refill that nobody needed is no stock: the next crowd is as large as it is.
  @Test func quietHoursAreNoStock() {
    var demand = Demand()
    demand.arrived(at: start)
    let later = start + Demand.patience * 20
    for _ in 0..<5 { demand.arrived(at: later) }
    #expect(demand.wanted(at: later) == 5)
  }

  @Test func aCrowdThatDoesNotComeAgainIsForgotten() {
    var demand = Demand()
    for _ in 0..<5 { demand.arrived(at: start) }
    #expect(demand.wanted(at: start + Demand.patience * 2) == 3)
    #expect(demand.wanted(at: start + Demand.patience * 6) == 0)
  }

  @Test func slowRefillsCallForMore() {
    for (seconds, wanted) in [(1, 1), (20, 5)] {
      var demand = Demand()
      demand.refilled(in: .seconds(seconds))
      for second in 0..<5 { demand.arrived(at: start + .seconds(second)) }
      #expect(demand.wanted(at: start + .seconds(4)) == wanted, "\(seconds) s a refill")
    }
  }
}
