using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Nacre.Forwarding;

/// <summary>
/// The server's half of a SOCKS conversation, versions 4, 4a and 5, up to where the bytes of the connection itself begin: reads where the
/// client wants to be connected to, and tells it what came of that.
/// </summary>
/// <remarks>It takes no byte more than the conversation has, and holds at most one name; a connection needs no permission here but to have been made.</remarks>
internal sealed class SocksConversation(Stream input, Stream output)
{
    private const byte Connect = 1;
    private const byte NoAuthentication = 0;
    private const byte NoMethod = 0xff;
    private const byte AddressV4 = 1;
    private const byte AddressName = 3;
    private const byte AddressV6 = 4;

    private const byte GrantedV4 = 90;
    private const byte RejectedV4 = 91;

    /// <summary>A domain name's length, which is also what fits into the length byte of SOCKS5.</summary>
    private const int LongestName = 255;

    private readonly byte[] _buffer = new byte[LongestName + 1];
    private SocksVersion _version;

    /// <summary>Reads the request.</summary>
    /// <returns>Where the client wants to be connected to.</returns>
    /// <exception cref="SocksException">It is no such request; where the client could be told it has been.</exception>
    /// <exception cref="IOException">The client left.</exception>
    public async ValueTask<TcpEndpoint> ReadRequestAsync(CancellationToken ct)
    {
        _version = (SocksVersion)await ReadByteAsync(ct).ConfigureAwait(false);
        return _version switch
        {
            SocksVersion.Four => await ReadV4Async(ct).ConfigureAwait(false),
            SocksVersion.Five => await ReadV5Async(ct).ConfigureAwait(false),
            _ => throw new SocksException($"A connection began with byte {(byte)_version}, which is no version of SOCKS."),
        };
    }

    /// <summary>Answers the request. After success the bytes of the connection follow.</summary>
    public async ValueTask ReplyAsync(SocksOutcome outcome, CancellationToken ct)
    {
        // Neither version says anything that clients need in the address.
        byte[] reply = _version == SocksVersion.Four
            ? [0, outcome == SocksOutcome.Succeeded ? GrantedV4 : RejectedV4, 0, 0, 0, 0, 0, 0]
            : [(byte)SocksVersion.Five, (byte)outcome, 0, AddressV4, 0, 0, 0, 0, 0, 0];
        await output.WriteAsync(reply, ct).ConfigureAwait(false);
        await output.FlushAsync(ct).ConfigureAwait(false);
    }

    private async ValueTask<TcpEndpoint> ReadV4Async(CancellationToken ct)
    {
        byte command = await ReadByteAsync(ct).ConfigureAwait(false);
        int port = await ReadPortAsync(ct).ConfigureAwait(false);
        await input.ReadExactlyAsync(_buffer.AsMemory(0, 4), ct).ConfigureAwait(false);
        var address = new IPAddress(_buffer.AsSpan(0, 4));

        // SOCKS4a: 0.0.0.x with x other than 0 is no address, and a name follows the user.
        bool isNamed = _buffer[0] == 0 && _buffer[1] == 0 && _buffer[2] == 0 && _buffer[3] != 0;
        await ReadTerminatedAsync(ct).ConfigureAwait(false);
        string host = isNamed ? await ReadTerminatedAsync(ct).ConfigureAwait(false) : address.ToString();
        if (command != Connect) await RefuseAsync(SocksOutcome.CommandNotSupported, $"SOCKS command {command} is not CONNECT.", ct).ConfigureAwait(false);
        return await CheckedAsync(host, port, ct).ConfigureAwait(false);
    }

    private async ValueTask<TcpEndpoint> ReadV5Async(CancellationToken ct)
    {
        int methods = await ReadByteAsync(ct).ConfigureAwait(false);
        await input.ReadExactlyAsync(_buffer.AsMemory(0, methods), ct).ConfigureAwait(false);
        bool isOpen = _buffer.AsSpan(0, methods).Contains(NoAuthentication);
        await output.WriteAsync(new byte[] { (byte)SocksVersion.Five, isOpen ? NoAuthentication : NoMethod }, ct).ConfigureAwait(false);
        await output.FlushAsync(ct).ConfigureAwait(false);
        if (!isOpen) throw new SocksException("A SOCKS client offers no method but with authentication.");

        await input.ReadExactlyAsync(_buffer.AsMemory(0, 4), ct).ConfigureAwait(false);
        (byte version, byte command, byte type) = (_buffer[0], _buffer[1], _buffer[3]);
        if (version != (byte)SocksVersion.Five) throw new SocksException($"A SOCKS5 request has version {version}.");
        if (type is not (AddressV4 or AddressName or AddressV6)) await RefuseAsync(SocksOutcome.AddressTypeNotSupported, $"SOCKS address type {type} is unknown.", ct).ConfigureAwait(false);
        int length = type switch { AddressV4 => 4, AddressV6 => 16, _ => await ReadByteAsync(ct).ConfigureAwait(false) };
        await input.ReadExactlyAsync(_buffer.AsMemory(0, length), ct).ConfigureAwait(false);
        string host = type == AddressName ? NameOf(length) : new IPAddress(_buffer.AsSpan(0, length)).ToString();
        int port = await ReadPortAsync(ct).ConfigureAwait(false);
        if (command != Connect) await RefuseAsync(SocksOutcome.CommandNotSupported, $"SOCKS command {command} is not CONNECT.", ct).ConfigureAwait(false);
        return await CheckedAsync(host, port, ct).ConfigureAwait(false);
    }

    private async ValueTask<TcpEndpoint> CheckedAsync(string host, int port, CancellationToken ct)
    {
        if (host.Length == 0 || port == 0) await RefuseAsync(SocksOutcome.GeneralFailure, "A SOCKS request names no host or no port.", ct).ConfigureAwait(false);
        return new TcpEndpoint(host, port);
    }

    private async ValueTask RefuseAsync(SocksOutcome outcome, string reason, CancellationToken ct)
    {
        await ReplyAsync(outcome, ct).ConfigureAwait(false);
        throw new SocksException(reason);
    }

    private async ValueTask<byte> ReadByteAsync(CancellationToken ct)
    {
        await input.ReadExactlyAsync(_buffer.AsMemory(0, 1), ct).ConfigureAwait(false);
        return _buffer[0];
    }

    private async ValueTask<int> ReadPortAsync(CancellationToken ct)
    {
        await input.ReadExactlyAsync(_buffer.AsMemory(0, 2), ct).ConfigureAwait(false);
        return BinaryPrimitives.ReadUInt16BigEndian(_buffer);
    }

    // Byte by byte: what follows the NUL belongs to somebody else.
    private async ValueTask<string> ReadTerminatedAsync(CancellationToken ct)
    {
        for (int length = 0; ; length++)
        {
            await input.ReadExactlyAsync(_buffer.AsMemory(length, 1), ct).ConfigureAwait(false);
            if (_buffer[length] == 0) return NameOf(length);
            if (length == LongestName) throw new SocksException($"A name in a SOCKS4 request is longer than {LongestName} bytes.");
        }
    }

    private string NameOf(int length) => Encoding.UTF8.GetString(_buffer, 0, length);
}
