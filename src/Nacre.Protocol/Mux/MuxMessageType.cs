namespace Nacre.Protocol.Mux;

/// <summary>The message types of connection sharing (PROTOCOL.mux 11), from the client (C) and from the master (S).</summary>
internal enum MuxMessageType : uint
{
    Hello = 0x00000001,
    NewSession = 0x10000002,
    AliveCheck = 0x10000004,
    Terminate = 0x10000005,
    OpenForward = 0x10000006,
    CloseForward = 0x10000007,
    NewStdioForward = 0x10000008,
    StopListening = 0x10000009,
    Proxy = 0x1000000f,
    InfoRequest = 0x20000001,
    Info = 0x40000001,
    Ok = 0x80000001,
    PermissionDenied = 0x80000002,
    Failure = 0x80000003,
    ExitMessage = 0x80000004,
    Alive = 0x80000005,
    SessionOpened = 0x80000006,
    RemotePort = 0x80000007,
    TtyAllocFail = 0x80000008,
    ProxyGranted = 0x8000000f,
}
