using System.Text;
using Nacre.Agent;
using Nacre.Client;
using Nacre.Client.Dns;
using Nacre.Protocol.Agent;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Authentication.Methods;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;
using Nacre.Server;

namespace Nacre.Fuzz;

/// <summary>The parsers of logging in, beyond the messages as such: requests with their methods, questions, agents, and the files of trust.</summary>
internal static class AuthenticationTargets
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";

    public static IEnumerable<FuzzTarget> All() =>
    [
        new("authentication-request", input => FeedNumbered(input, MessageNumber.UserauthRequest, payload => AuthenticationRequest.Read(payload).Dispose()), Requests()),
        new("interactive-request", input => FeedNumbered(input, MessageNumber.UserauthInfoRequest, payload => InteractiveMessages.ReadRequest(payload)), Questions()),
        new("agent-constraints", input => AgentConstraints.Read(input), [[1, 0, 0, 0, 9, 2, 255, 0, 0, 0, 1, 97, 0, 0, 0, 0]]),
        new("agent-request", FeedAgent, AgentRequestSeeds()),
        new("known-hosts", FeedKnownHosts, [Encoding.UTF8.GetBytes($"@revoked *.a,!b {Key} c\n|1|AAAAAAAAAAAAAAAAAAAAAAAAAAA=|AAAA {Key}\n[h]:2 {Key}\n")])
        {
            Words = ["@revoked ", "@cert-authority ", "|1|", "*", "!", ",", "[h]:22", "\n", "\t", Key],
        },
        new("sshfp-answer", input => DnsAnswer.TryRead(input, Question, out _), [Convert.FromHexString("123481800001000100000000046861736800002c0001c00c002c0001000000000004040201ff")]),
        new("authorized-keys", input => AuthorizedKeys.Read(input).Count(), [Encoding.UTF8.GetBytes($"restrict,command=\"a \\\" b\" {Key} c\n{Key}\r\n# x\n")])
        {
            Words = ["restrict", "command=\"", "from=\"", "\\\"", "\"", ",", " ", "\n", Key],
        },
        new("rhosts", FeedRhosts, ["client bo\n-@group\n+ +\n# x\n"u8.ToArray(), "@machines @people\nNO_PLUS\n192.0.2.7\ta b\r"u8.ToArray()]) { Words = ["client", "bo", "+", "-", "@", " ", "\t", "\n", "NO_PLUS"] },
    ];

    private static DnsQuery Question { get; } = DnsQuery.TryCompose("hash", 0x1234, asksAuthenticated: false)!;

    // Whatever comes, an agent answers it.
    private static void FeedAgent(byte[] input)
    {
        if (input.Length == 0) return;
        using var keys = new HeldKeys(TimeProvider.System, NoTrace.Instance);
        using var agentLock = new AgentLock(TimeProvider.System, NoTrace.Instance);
        _ = new AgentRequests(keys, agentLock, new AgentServerOptions()).AnswerAsync(input, CancellationToken.None).AsTask().GetAwaiter().GetResult();
    }

    private static byte[][] AgentRequestSeeds()
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        byte[] conditions = new AgentConstraints { Lifetime = TimeSpan.FromSeconds(9), Destinations = [new(null, new DestinationHop("h", [new(key.PublicKey)]), "u")] }.ToBytes();
        var add = new AddIdentityConstrained { Key = AgentKeyFields.Of(key, certificate: null), Comment = "c"u8, Constraints = conditions };
        var sign = new SignRequest { PublicKey = key.PublicKey.Blob.Span, Data = "data"u8, Flags = AgentSignatureFlags.RsaSha512 };
        var bind = new SessionBind { HostKey = key.PublicKey.Blob.Span, SessionId = "id"u8, Signature = key.Sign("ssh-ed25519", "id"u8), IsForwarding = true };
        var extension = new AgentExtension { Type = Encoding.ASCII.GetBytes(SessionBind.RecordName), Contents = Message.WriteRecord(ref bind) };
        var token = new AddSmartcardKey { ProviderId = "/usr/lib/x.so"u8, Pin = "1"u8 };
        return
        [
            .. new[] { AgentMessage.Write(ref add), AgentMessage.Write(ref sign), AgentMessage.Write(ref extension), AgentMessage.Write(ref token), AgentQuery.Write() }
                .Select(framed => framed[AgentMessage.HeaderLength..]),
        ];
    }

    private static void FeedNumbered(byte[] input, MessageNumber number, Action<byte[]> feed)
    {
        if (input.Length == 0) return;
        input = [(byte)number, .. input.AsSpan(1)];
        feed(input);
    }

    private static void FeedKnownHosts(byte[] input)
    {
        foreach (KnownHostsEntry entry in KnownHostsReader.Read("fuzz", input)) KnownHostName.IsNamed("[h]:22", entry.Names);
    }

    /// <summary>Whoever is let in is named, and nobody is by a plus sign.</summary>
    private static void FeedRhosts(byte[] input)
    {
        var visit = new RhostsVisit("client", "192.0.2.7", "bo", "al", static (_, _, _) => false);
        bool isPermitted = RhostsFile.Permits(input, "fuzz", visit, static _ => { });
        bool isNamed = input.AsSpan().IndexOf("bo"u8) >= 0 && (Encoding.UTF8.GetString(input).Contains("client", StringComparison.OrdinalIgnoreCase) || input.AsSpan().IndexOf("192.0.2.7"u8) >= 0);
        if (isPermitted && !isNamed) throw new InvalidOperationException("a file lets in somebody whom it does not name");
    }

    private static byte[][] Requests() =>
    [
        Request("none", []),
        Request("publickey", [1, 0, 0, 0, 1, 97, 0, 0, 0, 1, 98, 0, 0, 0, 1, 99]),
        Request(MethodName.HostBoundPublicKey, [0, 0, 0, 0, 1, 97, 0, 0, 0, 1, 98, 0, 0, 0, 1, 99]),
        Request("password", [1, 0, 0, 0, 1, 97, 0, 0, 0, 1, 98]),
        Request("keyboard-interactive", [0, 0, 0, 0, 0, 0, 0, 0]),
        Request("hostbased", [0, 0, 0, 1, 97, 0, 0, 0, 1, 98, 0, 0, 0, 1, 99, 0, 0, 0, 1, 100, 0, 0, 0, 1, 101]),
    ];

    private static byte[][] Questions()
    {
        var question = new UserauthInfoRequest { Name = "n"u8, Instruction = "i"u8, Count = 1, Prompts = [0, 0, 0, 1, 63, 1] };
        return [[(byte)MessageNumber.UserauthInfoRequest, .. Message.WriteRecord(ref question)]];
    }

    private static byte[] Request(string method, byte[] fields)
    {
        var request = new UserauthRequest { UserName = "al"u8, ServiceName = "ssh-connection"u8, MethodName = Encoding.ASCII.GetBytes(method), MethodFields = fields };
        return [(byte)MessageNumber.UserauthRequest, .. Message.WriteRecord(ref request)];
    }
}
