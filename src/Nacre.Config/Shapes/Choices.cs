using Nacre.Config.Values;
using Nacre.Protocol.Keys;

namespace Nacre.Config.Shapes;

/// <summary>The words that keywords choose from.</summary>
internal static class Choices
{
    private static (string Name, FingerprintHash Hash)[] Digests =>
        [("SHA256", FingerprintHash.Sha256), ("MD5", FingerprintHash.Md5), ("SHA1", FingerprintHash.Sha1), ("SHA384", FingerprintHash.Sha384), ("SHA512", FingerprintHash.Sha512)];

    /// <summary>yes or no; a client also takes true and false.</summary>
    public static ChoiceShape<bool> Flag => new(("yes", true), ("no", false)) { ClientNames = [("true", true), ("false", false)] };

    public static ChoiceShape<AddressFamilyChoice> AddressFamily =>
        new(("any", AddressFamilyChoice.Any), ("inet", AddressFamilyChoice.Inet), ("inet6", AddressFamilyChoice.Inet6));

    public static ChoiceShape<FingerprintHash> Digest =>
        new(Digests) { Complaint = "Invalid hash algorithm \"{0}\".", Missing = "Missing argument." };

    public static ChoiceShape<FingerprintHash> ServerDigest =>
        new(Digests) { Complaint = "Invalid {1} algorithm \"{0}\".", Missing = "{1} missing argument." };

    public static ChoiceShape<IgnoreRhosts> IgnoreRhosts =>
        new(("yes", Values.IgnoreRhosts.Yes), ("no", Values.IgnoreRhosts.No), ("shosts-only", Values.IgnoreRhosts.ShostsOnly));

    public static ChoiceShape<PubkeyChoice> Pubkey =>
        new(("true", PubkeyChoice.Yes), ("false", PubkeyChoice.No), ("yes", PubkeyChoice.Yes), ("no", PubkeyChoice.No),
            ("unbound", PubkeyChoice.Unbound), ("host-bound", PubkeyChoice.HostBound))
        { SyntaxText = "yes | no | unbound | host-bound" };

    public static ChoiceShape<TtyChoice> Tty =>
        new(("true", TtyChoice.Yes), ("false", TtyChoice.No), ("yes", TtyChoice.Yes), ("no", TtyChoice.No),
            ("force", TtyChoice.Force), ("auto", TtyChoice.Auto))
        { SyntaxText = "auto | yes | no | force" };

    public static ChoiceShape<SessionChoice> Session =>
        new(("none", SessionChoice.None), ("subsystem", SessionChoice.Subsystem), ("default", SessionChoice.Default));

    public static ChoiceShape<HostKeyChecking> HostKeys =>
        new(("true", HostKeyChecking.Yes), ("false", HostKeyChecking.No), ("yes", HostKeyChecking.Yes), ("no", HostKeyChecking.No),
            ("ask", HostKeyChecking.Ask), ("off", HostKeyChecking.No), ("accept-new", HostKeyChecking.AcceptNew))
        { SyntaxText = "ask | yes | no | off | accept-new" };

    public static ChoiceShape<LogLevel> LogLevel =>
        new(("SILENT", Values.LogLevel.Quiet), ("QUIET", Values.LogLevel.Quiet), ("FATAL", Values.LogLevel.Fatal), ("ERROR", Values.LogLevel.Error),
            ("INFO", Values.LogLevel.Info), ("VERBOSE", Values.LogLevel.Verbose), ("DEBUG", Values.LogLevel.Debug1),
            ("DEBUG1", Values.LogLevel.Debug1), ("DEBUG2", Values.LogLevel.Debug2), ("DEBUG3", Values.LogLevel.Debug3))
        { Complaint = "unsupported log level '{0}'", Missing = null };

    public static ChoiceShape<LogFacility> LogFacility =>
        new(("DAEMON", Values.LogFacility.Daemon), ("USER", Values.LogFacility.User), ("AUTH", Values.LogFacility.Auth),
            ("AUTHPRIV", Values.LogFacility.AuthPriv), ("LOCAL0", Values.LogFacility.Local0), ("LOCAL1", Values.LogFacility.Local1),
            ("LOCAL2", Values.LogFacility.Local2), ("LOCAL3", Values.LogFacility.Local3), ("LOCAL4", Values.LogFacility.Local4),
            ("LOCAL5", Values.LogFacility.Local5), ("LOCAL6", Values.LogFacility.Local6), ("LOCAL7", Values.LogFacility.Local7))
        { Complaint = "unsupported log facility '{0}'", Missing = null };

    public static ChoiceShape<RootLogin> RootLogin =>
        new(("without-password", Values.RootLogin.ProhibitPassword), ("prohibit-password", Values.RootLogin.ProhibitPassword),
            ("forced-commands-only", Values.RootLogin.ForcedCommandsOnly), ("yes", Values.RootLogin.Yes), ("no", Values.RootLogin.No))
        { SyntaxText = "yes | no | prohibit-password | forced-commands-only" };

    public static ChoiceShape<bool> ServerCompression =>
        new(("yes", true), ("delayed", true), ("no", false));

    public static ChoiceShape<GatewayPortsChoice> GatewayPorts =>
        new(("clientspecified", GatewayPortsChoice.ClientSpecified), ("yes", GatewayPortsChoice.Yes), ("no", GatewayPortsChoice.No));

    public static ChoiceShape<ForwardingPermission> Forwarding =>
        new(("yes", ForwardingPermission.Yes), ("all", ForwardingPermission.Yes), ("no", ForwardingPermission.No),
            ("remote", ForwardingPermission.Remote), ("local", ForwardingPermission.Local));

    public static ChoiceShape<TunnelChoice> Tunnel =>
        new(("no", TunnelChoice.No), ("yes", TunnelChoice.Yes), ("point-to-point", TunnelChoice.PointToPoint), ("ethernet", TunnelChoice.Ethernet))
        { Complaint = "bad {1} argument {0}", Missing = "{1} missing argument." };

    public static ChoiceShape<TunnelChoice> ClientTunnel =>
        new(("ethernet", TunnelChoice.Ethernet), ("point-to-point", TunnelChoice.PointToPoint), ("true", TunnelChoice.PointToPoint),
            ("yes", TunnelChoice.PointToPoint), ("false", TunnelChoice.No), ("no", TunnelChoice.No))
        { SyntaxText = "yes | point-to-point | ethernet | no" };

    public static ChoiceShape<ControlMasterChoice> ControlMaster =>
        new(("true", ControlMasterChoice.Yes), ("false", ControlMasterChoice.No), ("yes", ControlMasterChoice.Yes), ("no", ControlMasterChoice.No),
            ("auto", ControlMasterChoice.Auto), ("ask", ControlMasterChoice.Ask), ("autoask", ControlMasterChoice.AutoAsk))
        { SyntaxText = "yes | no | ask | auto | autoask" };

    public static ChoiceShape<CanonicalizeChoice> Canonicalize =>
        new(("true", CanonicalizeChoice.Yes), ("false", CanonicalizeChoice.No), ("yes", CanonicalizeChoice.Yes), ("no", CanonicalizeChoice.No),
            ("always", CanonicalizeChoice.Always))
        { SyntaxText = "yes | no | always" };

    public static ChoiceShape<AskChoice> Ask =>
        new(("true", AskChoice.Yes), ("false", AskChoice.No), ("yes", AskChoice.Yes), ("no", AskChoice.No), ("ask", AskChoice.Ask))
        { SyntaxText = "yes | no | ask" };

    public static ChoiceShape<bool> WarnWeakCrypto =>
        new(("yes", true), ("no", false), ("no-pq-kex", false)) { ClientNames = [("true", true), ("false", false)] };

    public static AlgorithmListShape Ciphers => new(static a => a.Ciphers, false, "Bad SSH2 cipher spec '{0}'.");

    public static AlgorithmListShape ClientMacs => new(static a => a.Macs, false, "Bad SSH2 MAC spec '{0}'.");

    public static AlgorithmListShape ServerMacs => new(static a => a.Macs, false, "Bad SSH2 mac spec '{0}'.");

    public static AlgorithmListShape KeyExchanges => new(static a => a.KeyExchanges, false, "Bad SSH2 KexAlgorithms '{0}'.");

    public static AlgorithmListShape HostKeyAlgorithms => new(static a => a.HostKeys, true, "Bad key types '{0}'.");

    public static AlgorithmListShape CASignatureAlgorithms => new(static a => a.CASignatures, true, "Bad key types '{0}'.");

    public static AlgorithmListShape PublicKeyAlgorithms => new(static a => a.PublicKeys, true, "Bad key types '{0}'.");
}
