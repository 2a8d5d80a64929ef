using System.Text;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Connection;

/// <summary>The fields of each request and channel type as the RFCs and OpenSSH's PROTOCOL lay them out.</summary>
public sealed class RecordTests
{
    [Fact]
    public void Session_requests_are_laid_out_as_RFC_4254_says()
    {
        var pty = new PtyRequest { Terminal = "vt100"u8, Columns = 80, Rows = 24, WidthPixels = 640, HeightPixels = 480, Modes = [53, 0, 0, 0, 1, 0] };
        Check("pty-req", ref pty, "[5]vt100 00000050 00000018 00000280 000001e0 [6]", "350000000100");
        var env = new EnvRequest { Variable = "LANG"u8, Value = "C"u8 };
        Check("env", ref env, "[4]LANG [1]C");
        var shell = default(ShellRequest);
        Check("shell", ref shell, "");
        var exec = new ExecRequest { Command = "true"u8 };
        Check("exec", ref exec, "[4]true");
        var subsystem = new SubsystemRequest { Subsystem = "sftp"u8 };
        Check("subsystem", ref subsystem, "[4]sftp");
        var change = new WindowChangeRequest { Columns = 1, Rows = 2, WidthPixels = 3, HeightPixels = 4 };
        Check("window-change", ref change, "00000001 00000002 00000003 00000004");
        var flow = new XonXoffRequest { ClientCanDo = true };
        Check("xon-xoff", ref flow, "01");
        var signal = new SignalRequest { SignalName = "TERM"u8 };
        Check("signal", ref signal, "[4]TERM");
        var status = new ExitStatusRequest { ExitStatus = 255 };
        Check("exit-status", ref status, "000000ff");
        var killed = new ExitSignalRequest { SignalName = "KILL"u8, CoreDumped = true, ErrorMessage = "gone"u8, LanguageTag = "en"u8 };
        Check("exit-signal", ref killed, "[4]KILL 01 [4]gone [2]en", mayEndEarly: true);
        var x11 = new X11Request { SingleConnection = true, AuthenticationProtocol = "MIT"u8, AuthenticationCookie = "secret"u8, ScreenNumber = 1 };
        Check("x11-req", ref x11, "01 [3]MIT [6]secret 00000001");
        Assert.DoesNotContain("secret", Message.Print(ref x11).Replace("[secret]", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Requests_beyond_RFC_4254_are_laid_out_as_their_documents_say()
    {
        var pause = new BreakRequest { LengthMs = 500 };
        Check("break", ref pause, "000001f4");
        var endOfWrite = default(EndOfWriteRequest);
        Check("eow@openssh.com", ref endOfWrite, "");
        var agent = default(AgentForwardingRequest);
        Check("auth-agent-req@openssh.com", ref agent, "");
        var standard = default(AgentRequest);
        Check("agent-req", ref standard, "");
        var keepAlive = default(KeepAliveRequest);
        Check("keepalive@openssh.com", ref keepAlive, "");
        var noMore = default(NoMoreSessionsRequest);
        Check("no-more-sessions@openssh.com", ref noMore, "");
        var keys = new HostKeysRequest { KeyBlobs = [0, 0, 0, 1, 7] };
        Check("hostkeys-00@openssh.com", ref keys, "00000001 07", mayEndEarly: true);
        var prove = new HostKeysProveRequest { KeyBlobs = [0, 0, 0, 1, 7] };
        Check("hostkeys-prove-00@openssh.com", ref prove, "00000001 07", mayEndEarly: true);
        var local = new StreamLocalForwardRequest { SocketPath = "/s"u8 };
        Check("streamlocal-forward@openssh.com", ref local, "[2]/s");
        var cancel = new CancelStreamLocalForwardRequest { SocketPath = "/s"u8 };
        Check("cancel-streamlocal-forward@openssh.com", ref cancel, "[2]/s");
    }

    [Fact]
    public void Forwarding_messages_are_laid_out_as_RFC_4254_and_PROTOCOL_say()
    {
        var forward = new TcpIpForwardRequest { Address = "::"u8, Port = 8080 };
        Check("tcpip-forward", ref forward, "[2]:: 00001f90");
        var cancel = new CancelTcpIpForwardRequest { Address = ""u8, Port = 1 };
        Check("cancel-tcpip-forward", ref cancel, "[0] 00000001");
        var session = default(SessionOpen);
        Check("session", ref session, "");
        var direct = new DirectTcpIpOpen { Host = "web"u8, Port = 80, OriginatorAddress = "::1"u8, OriginatorPort = 5000 };
        Check("direct-tcpip", ref direct, "[3]web 00000050 [3]::1 00001388");
        var forwarded = new ForwardedTcpIpOpen { Address = "web"u8, Port = 80, OriginatorAddress = "::1"u8, OriginatorPort = 5000 };
        Check("forwarded-tcpip", ref forwarded, "[3]web 00000050 [3]::1 00001388");
        var x11 = new X11Open { OriginatorAddress = "::1"u8, OriginatorPort = 6000 };
        Check("x11", ref x11, "[3]::1 00001770");
        var agent = default(AgentOpen);
        Check("auth-agent@openssh.com", ref agent, "");
        var standard = default(AgentConnectOpen);
        Check("agent-connect", ref standard, "");
        var tun = new TunOpen { Mode = 1, Unit = TunOpen.AnyUnit };
        Check("tun@openssh.com", ref tun, "00000001 7fffffff");
        var directLocal = new DirectStreamLocalOpen { SocketPath = "/s"u8 };
        Check("direct-streamlocal@openssh.com", ref directLocal, "[2]/s [0] 00000000");
        var forwardedLocal = new ForwardedStreamLocalOpen { SocketPath = "/s"u8 };
        Check("forwarded-streamlocal@openssh.com", ref forwardedLocal, "[2]/s [0]");
        var reply = new TcpIpForwardReply { Port = 40000 };
        Assert.Equal("00009C40", Convert.ToHexString(Message.WriteRecord(ref reply)));
    }

    [Theory]
    [InlineData(1025, true)]
    [InlineData(1026, false)]
    public void A_host_name_may_be_as_long_as_its_limit_and_no_longer(int length, bool isRead)
    {
        byte[] name = new byte[length];
        name.AsSpan().Fill((byte)'a');
        byte[] fields = [0, 0, (byte)(length >> 8), (byte)length, .. name, 0, 0, 0, 80, 0, 0, 0, 0, 0, 0, 0, 0];
        if (isRead) Assert.Equal(length, Message.ReadRecord<DirectTcpIpOpen>(fields).Host.Length);
        else Assert.Equal(Violation.FieldTooLong, Assert.Throws<SshViolationException>(() => Message.ReadRecord<DirectTcpIpOpen>(fields).Port.ToString()).Violation);
    }

    // The layout: hexadecimal numbers, and strings as [length]text.
    private static void Check<T>(string name, scoped ref T record, string layout, string tail = "", bool mayEndEarly = false)
        where T : INamedRecord<T>, allows ref struct
    {
        Assert.Equal(name, T.RecordName);
        byte[] expected = Parse(layout, tail);
        byte[] written = Message.WriteRecord(ref record);
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(written));
        T read = Message.ReadRecord<T>(written);
        Assert.Equal(written, Message.WriteRecord(ref read));
        for (int length = 0; length < written.Length && !mayEndEarly; length++)
        {
            byte[] cut = written[..length];
            Assert.Throws<SshViolationException>(() => Read<T>(cut));
        }

        if (layout.EndsWith("07", StringComparison.Ordinal)) return;
        byte[] longer = [.. written, 0];
        Assert.Equal(Violation.TrailingBytes, Assert.Throws<SshViolationException>(() => Read<T>(longer)).Violation);
    }

    private static void Read<T>(byte[] fields)
        where T : INamedRecord<T>, allows ref struct
    {
        T record = Message.ReadRecord<T>(fields);
        Assert.NotNull(Message.WriteRecord(ref record));
    }

    private static byte[] Parse(string layout, string tail)
    {
        using var bytes = new MemoryStream();
        foreach (string part in layout.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part[0] != '[')
            {
                bytes.Write(Convert.FromHexString(part));
                continue;
            }

            int end = part.IndexOf(']', StringComparison.Ordinal);
            bytes.Write([0, 0, 0, byte.Parse(part[1..end], System.Globalization.CultureInfo.InvariantCulture)]);
            bytes.Write(Encoding.ASCII.GetBytes(part[(end + 1)..]));
        }

        bytes.Write(Convert.FromHexString(tail));
        return bytes.ToArray();
    }
}
