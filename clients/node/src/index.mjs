// What the package exports: the client, its errors, its version.

export {
  BenchUnreachableError,
  BinaryMissingError,
  CancelledError,
  ClosedError,
  BenchUnprovenError,
  DatabaseDeniedError,
  DatabaseUnavailableError,
  DatabaseUnsupportedError,
  DockerUnavailableError,
  EmailInUseError,
  InvalidParamsError,
  NoSuchSiteError,
  NotExecutableError,
  NotRespondingError,
  ProcessEndedError,
  ProtocolError,
  QueueFullError,
  RefusedError,
  RequestError,
  ServiceNotFoundError,
  ShuttingDownError,
  SiteExistsError,
  StartFailedError,
  StepFailedError,
  TenantdError,
  TimeoutError,
  VersionMismatchError,
} from './errors.mjs';
export { Tenantd } from './tenantd.mjs';
export { version } from './version.mjs';
