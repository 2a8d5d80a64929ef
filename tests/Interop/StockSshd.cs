namespace Nacre.Tests.Interop;

/// <summary>Debian's own sshd on a loopback port.</summary>
internal sealed class StockSshd : TestSshd
{
    private StockSshd(SshdProcess process)
        : base(process)
    {
    }

    /// <summary>Starts a server and returns when it listens.</summary>
    /// <param name="settings">Lines of sshd_config that come first, and so win over this fixture's own.</param>
    public static Task<StockSshd> StartAsync(params string[] settings) => StartAsync(null, settings);

    /// <summary>Starts a server that sees another /etc/ssh than the machine's.</summary>
    public static async Task<StockSshd> StartAsync(PrivateEtcSsh? etcSsh, params string[] settings)
    {
        if (TestUser.IsRoot)
        {
            // Where sshd jails its unprivileged half; Debian's service makes it, and a machine without services has none.
            Directory.CreateDirectory("/run/sshd");
        }

        return new StockSshd(await SshdProcess.StartAsync(Requires.Program("sshd"), Requires.Program("sftp-server"), settings, etcSsh));
    }
}
