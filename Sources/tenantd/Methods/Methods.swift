// The methods of protocol.md: the dispatcher and `rpc.discover` read this list.

enum Methods {
  static let all: [any Method.Type] = [
    ProvisionMethod.self, StatusMethod.self, TenantsMethod.self, RotateKeysMethod.self,
    LoginMethod.self, ChangePlanMethod.self, SuspendMethod.self, ResumeMethod.self,
    UsageMethod.self,
    CleanupMethod.self, CancelMethod.self, PingMethod.self, DiscoverMethod.self,
  ]
}
