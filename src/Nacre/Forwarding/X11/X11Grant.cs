using System.Text;
using Nacre.Crypto;

namespace Nacre.Forwarding.X11;

/// <summary>A display that was lent to the server, the false cookie that stands for it there, and until when it may be used.</summary>
internal sealed class X11Grant(X11Forwarding forwarding, Secret falseCookie, long startedAt) : IDisposable
{
    private readonly byte[] _protocol = Encoding.ASCII.GetBytes(forwarding.Protocol);
    private readonly Secret _trueCookie = Secret.CopyOf(forwarding.Cookie.Span);
    private int _uses;

    public X11Forwarding Forwarding => forwarding;

    public Secret FalseCookie => falseCookie;

    public bool IsOver(TimeProvider time) => forwarding.Timeout > TimeSpan.Zero && time.GetElapsedTime(startedAt) >= forwarding.Timeout;

    /// <summary>Whether a client shows what the server was told.</summary>
    public bool Fits(ReadOnlySpan<byte> protocol, ReadOnlySpan<byte> cookie) =>
        protocol.SequenceEqual(_protocol) && cookie.Length == falseCookie.Length && falseCookie.FixedTimeEquals(cookie);

    /// <summary>Puts the true cookie in the place of the false one, which is as long.</summary>
    public void Replace(Span<byte> cookie) => _trueCookie.Span.CopyTo(cookie);

    /// <summary>Wipes both cookies.</summary>
    public void Dispose()
    {
        _trueCookie.Dispose();
        falseCookie.Dispose();
    }

    /// <summary>Whether one more connection is let through.</summary>
    public bool TryUse() => Interlocked.Increment(ref _uses) == 1 || !forwarding.IsSingleConnection;
}
