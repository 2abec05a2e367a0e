// Reservations: a name, an address and a key belong to one job at a time.
import Testing

@testable import Tenancy

@Suite(.timeLimit(.minutes(1)))
struct ReservationsTests {
  let first = JobID(1), second = JobID(2), third = JobID(3)

  @Test func holdsTheName() {
    var held = Reservations(uniqueEmail: true)
    #expect(held.reserve(.sample("acme"), for: first) == .reserved)
    #expect(
      held.reserve(.sample("acme", email: "other@b.co"), for: second)
        == .refused(.siteExists(site: "acme.localhost", holder: .creation)))
    #expect(held.sites == ["acme.localhost"])
    held.release(second)
    #expect(held.sites == ["acme.localhost"])
    held.release(first)
    #expect(held.sites == [])
    #expect(held.reserve(.sample("acme"), for: third) == .reserved)
  }

  @Test func holdsTheAddress() {
    var held = Reservations(uniqueEmail: true)
    #expect(held.reserve(.sample("a", email: "x@b.co"), for: first) == .reserved)
    #expect(
      held.reserve(.sample("b", email: "x@b.co"), for: second)
        == .refused(.emailInUse(site: "a.localhost")))
    #expect(held.sites == ["a.localhost"])
    held.release(first)
    #expect(held.reserve(.sample("b", email: "x@b.co"), for: second) == .reserved)
  }

  @Test func letsAnAddressOwnSeveral() {
    var held = Reservations(uniqueEmail: false)
    #expect(held.reserve(.sample("a", email: "x@b.co"), for: first) == .reserved)
    #expect(held.reserve(.sample("b", email: "x@b.co"), for: second) == .reserved)
  }

  @Test func joinsByKey() {
    var held = Reservations(uniqueEmail: true)
    #expect(held.reserve(.sample("a", key: "k"), for: first) == .reserved)
    #expect(held.reserve(.sample("a", key: "k", timeout: .seconds(1)), for: second) == .join(first))
    #expect(held.reserve(.sample("b", key: "k"), for: second) == .refused(.keyReused))
    #expect(
      held.reserve(.sample("a", key: "l"), for: second)
        == .refused(.siteExists(site: "a.localhost", holder: .creation)))
    held.release(first)
    #expect(held.reserve(.sample("b", key: "k"), for: second) == .reserved)
  }

  @Test func keepsJobsAndCleanupsApart() {
    var held = Reservations(uniqueEmail: true)
    #expect(held.reserve(.sample("a"), for: first) == .reserved)
    #expect(held.reserve(site: "a.localhost") == false)
    #expect(held.reserve(site: "b.localhost") == true)
    #expect(held.reserve(site: "b.localhost") == false)
    #expect(held.sites == ["a.localhost", "b.localhost"])
    #expect(
      held.reserve(.sample("b"), for: second)
        == .refused(.siteExists(site: "b.localhost", holder: .cleanup)))
    held.release(site: "b.localhost")
    #expect(held.reserve(.sample("b"), for: second) == .reserved)
    held.release(site: "a.localhost")
    #expect(held.sites == ["a.localhost", "b.localhost"])
  }
}
