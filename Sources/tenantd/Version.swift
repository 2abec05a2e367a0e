// The program's version, as `--version`, `status` and `rpc.discover` tell it.

let version = "0.1.0"
