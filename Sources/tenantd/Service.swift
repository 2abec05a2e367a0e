// The composition: session, agent and provisioner, put together from a configuration, and the
// tasks that keep the bench whole.

import Bench
import JSONRPC
import Synchronization
import Tenancy

/// Everything that serves requests, behind the wire.
final class Service: Sendable {
  let configuration: Configuration
  let log: Log
  let started = ContinuousClock.now
  let session: Session
  let agent: Agent
  let bench: BenchBridge
  let provisioner: Provisioner<Agent.Keys>
  let reconciler: Reconciler
  let pool: PoolRun
  let served: ServedCounter
  let lastOverview: LastOverview
  /// Attempts that are over: what they had reserved in the bench is let go of.
  private let over: AsyncStream<Attempt>
  private let sessionStarts: AsyncStream<Void>

  init(_ configuration: Configuration) {
    let log = Log(settings: configuration.log)
    self.configuration = configuration
    self.log = log
    let reconciler = Reconciler { log.reconciliation($0) }
    self.reconciler = reconciler
    let pool = PoolRun(
      sizes: configuration.isPoolKept ? configuration.pool : 0...0, timestamp: Clock.timestamp
    ) { log.pool($0) }
    self.pool = pool
    let lastOverview = LastOverview()
    self.lastOverview = lastOverview
    let served = ServedCounter()
    self.served = served
    let (sessionStarts, sessionStart) = AsyncStream.makeStream(of: Void.self)
    self.sessionStarts = sessionStarts
    session = Session(
      launcher: configuration.launcher,
      environment: ChildEnvironment.current(for: configuration.launcher),
      hello: configuration.hello
    ) { event in
      log.session(event)
      switch event {
      case .started(let facts, _):
        lastOverview.began(facts)
        pool.sessionBegan()
        reconciler.sessionStarted()
        sessionStart.yield()
      case .overview(let found): lastOverview.keep(found)
      case .ended: lastOverview.ended()
      case .standbyEnded: pool.wake()
      case .failed, .output: break
      }
    }
    agent = Agent(session: session)
    bench = BenchBridge(agent: agent, session: session, configuration: configuration)
    let (over, isOver) = AsyncStream.makeStream(of: Attempt.self)
    self.over = over
    provisioner = Provisioner(
      concurrency: configuration.concurrency, capacity: configuration.queue,
      uniqueEmail: configuration.uniqueEmail, bench: bench.actions()
    ) { event in
      log.job(event)
      switch event {
      case .accepted(_, _, let wish): pool.arrived(wish)
      case .prepared(_, let wish?, let profile?): pool.learned(wish, is: profile)
      case .released(let attempt): isOver.yield(attempt)
      case .succeeded(_, _, let path, _):
        if let path { served.count(path) }
        pool.wake()
      case .failed: pool.wake()
      default: break
      }
    }
  }

  /// Keeps the session and the bench's order until `close()`.
  func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask {
        await self.reconciler.run(self.agent.reconciled) {
          await self.provisioner.retryPending()
          self.pool.wake()
        }
      }
      group.addTask {
        let (provisioner, concurrency) = (self.provisioner, self.configuration.concurrency)
        await self.pool.run(self.agent.poolActions) {
          let jobs = provisioner.snapshot()
          return StandbyPool.Load(
            running: jobs.running.count, waiting: jobs.waiting.count, concurrency: concurrency)
        }
      }
      group.addTask {
        for await attempt in self.over {
          await self.agent.release(job: self.bench.name(of: attempt))
        }
      }
      group.addTask { for await _ in self.sessionStarts { self.provisioner.sessionChanged() } }
      await session.run()
      group.cancelAll()
    }
  }

  /// Ends the session, when all that was accepted is done. A reconciliation that has begun may end
  /// first, within the grace period.
  func close() async {
    await pool.stop(finishing: false)
    await withTaskGroup { group in
      group.addTask { await self.reconciler.settled() }
      group.addTask { try? await Task.sleep(for: self.configuration.grace) }
      await group.next()
      group.cancelAll()
    }
    await session.close()
  }
}

/// How many tenants were made in which way since the start.
final class ServedCounter: Sendable {
  private let counts = Mutex<[SitePath: Int]>([:])

  func count(_ path: SitePath) { counts.withLock { $0[path, default: 0] += 1 } }

  var json: JSON {
    let counts = counts.withLock { $0 }
    return .object(
      JSONObject(SitePath.allCases.map { ($0.rawValue, .integer(Int64(counts[$0] ?? 0))) }))
  }
}
