// Which jobs run and which wait: a fixed number at a time, the others in order of arrival.

/// Names one job, for as long as the process lives.
public struct JobID: Hashable, Sendable, CustomStringConvertible {
  public let number: Int

  public init(_ number: Int) { self.number = number }

  public var description: String { "job \(number)" }
}

/// One go of a job at the bench, which knows it by this. What a job has made in one that was undone
/// may still be going away, so that it has another when it begins again.
public struct Attempt: Hashable, Sendable {
  public let job: JobID
  /// How often the job had begun again by then.
  public let number: Int

  public init(_ job: JobID, _ number: Int = 0) { (self.job, self.number) = (job, number) }
}

/// The queue's decisions. It is a pure value: whoever holds it carries out the actions.
public struct JobQueue: Sendable {
  public enum Action: Sendable, Equatable {
    /// The job may run now.
    case start(JobID)
    /// The job waits; `position` counts from 1.
    case wait(JobID, position: Int)
    /// The job is not in the queue, or not any more.
    case refuse(JobID, Failure)
  }

  /// How many jobs run at once at most.
  public let concurrency: Int
  /// How many jobs wait at most.
  public let capacity: Int
  /// The jobs that run, in the order in which they started.
  public private(set) var running: [JobID] = []
  /// The jobs that wait, the next one first.
  public private(set) var waiting: [JobID] = []
  /// Whether new jobs are refused because the service ends.
  public private(set) var isClosed = false

  /// - Parameters:
  ///   - concurrency: How many jobs run at once; at least one does.
  ///   - capacity: How many may wait; none for zero or less.
  public init(concurrency: Int, capacity: Int) {
    self.concurrency = max(1, concurrency)
    self.capacity = max(0, capacity)
  }

  /// A new job has come. One that is known already is not taken a second time.
  public mutating func submit(_ job: JobID) -> [Action] {
    if running.contains(job) || waiting.contains(job) { return [] }
    if isClosed { return [.refuse(job, .shuttingDown)] }
    if running.count < concurrency {
      running.append(job)
      return [.start(job)]
    }
    if waiting.count < capacity {
      waiting.append(job)
      return [.wait(job, position: waiting.count)]
    }
    return [.refuse(job, .queueFull(limit: capacity))]
  }

  /// A job that ran is over: the next one may start. Any other job is not the queue's business.
  public mutating func finish(_ job: JobID) -> [Action] {
    guard let index = running.firstIndex(of: job) else { return [] }
    running.remove(at: index)
    guard !waiting.isEmpty else { return [] }
    let next = waiting.removeFirst()
    running.append(next)
    return [.start(next)]
  }

  /// A job that waited does not want to any more. One that runs already goes on.
  ///
  /// - Returns: Whether the job was waiting.
  @discardableResult
  public mutating func withdraw(_ job: JobID) -> Bool {
    guard let index = waiting.firstIndex(of: job) else { return false }
    waiting.remove(at: index)
    return true
  }

  /// Takes no new jobs from now on. Those that run go on.
  ///
  /// - Parameter refuseWaiting: Whether the jobs that wait are refused as well; otherwise they
  ///   get their turn.
  public mutating func close(refuseWaiting: Bool) -> [Action] {
    isClosed = true
    guard refuseWaiting else { return [] }
    defer { waiting = [] }
    return waiting.map { .refuse($0, .shuttingDown) }
  }
}
