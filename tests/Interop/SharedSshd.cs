namespace Nacre.Tests.Interop;

/// <summary>One server for all tests of a class that need no settings of their own, and what both directions are tried with.</summary>
public abstract class SharedSshd : IAsyncLifetime
{
    /// <summary>So much that keys are changed often and windows grow.</summary>
    internal const int ManyBytes = 32 * 1024 * 1024;

    /// <summary>Flags of ssh with which many bytes shall come back whole.</summary>
    public static TheoryData<string> StreamFlags =>
    [
        "-C",
        "-oRekeyLimit=1M",
        "-oRekeyLimit=1M -C",
        "-oRekeyLimit=1M -oCiphers=chacha20-poly1305@openssh.com",
        "-oRekeyLimit=1M -oCiphers=aes128-ctr",
    ];

    public static TheoryData<string> KeyKinds => [.. StockKeys.Kinds];

    internal TestSshd Sshd { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Sshd = await StartAsync();

    public ValueTask DisposeAsync() => Sshd.DisposeAsync();

    private protected abstract Task<TestSshd> StartAsync();

    /// <summary>Debian's.</summary>
    public sealed class Stock : SharedSshd
    {
        private protected override async Task<TestSshd> StartAsync() => await StockSshd.StartAsync("Compression delayed", "Subsystem echo /bin/cat");
    }

    /// <summary>Ours.</summary>
    public sealed class Ours : SharedSshd
    {
        private protected override async Task<TestSshd> StartAsync() => await OurSshd.StartAsync();
    }
}
