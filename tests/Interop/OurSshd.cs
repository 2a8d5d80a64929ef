namespace Nacre.Tests.Interop;

/// <summary>Our sshd, as it is published, on a loopback port.</summary>
internal sealed class OurSshd : TestSshd
{
    private OurSshd(SshdProcess process)
        : base(process)
    {
    }

    /// <summary>Starts a server and returns when it listens.</summary>
    /// <param name="settings">Lines of sshd_config that come first, and so win over those of every test.</param>
    public static Task<OurSshd> StartAsync(params string[] settings) => StartAsync(null, settings);

    /// <summary>Starts a server that sees another /etc/ssh than the machine's.</summary>
    public static async Task<OurSshd> StartAsync(PrivateEtcSsh? etcSsh, params string[] settings) =>
        new(await SshdProcess.StartAsync(Requires.PublishedTool("sshd"), "internal-sftp", settings, etcSsh));
}
