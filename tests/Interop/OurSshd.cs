namespace Nacre.Tests.Interop;

/// <summary>Our sshd, as it is published, on a loopback port.</summary>
internal sealed class OurSshd : TestSshd
{
    /// <summary>All clients come from 127.0.0.1, and many fail on purpose; a test of penalties says which.</summary>
    private const string Unpunished = "PerSourcePenalties no";

    private OurSshd(SshdProcess process)
        : base(process)
    {
    }

    /// <summary>Starts a server and returns when it listens.</summary>
    /// <param name="settings">Lines of sshd_config that come first, and so win over those of every test.</param>
    public static Task<OurSshd> StartAsync(params string[] settings) => StartAsync((PrivateEtcSsh?)null, settings);

    /// <summary>Starts a server in an environment with more in it.</summary>
    public static async Task<OurSshd> StartAsync(IReadOnlyDictionary<string, string> environment, params string[] settings) =>
        new(await SshdProcess.StartAsync(Requires.PublishedTool("sshd"), "internal-sftp", [.. settings, Unpunished], environment: environment));

    /// <summary>Starts a server that sees another /etc/ssh than the machine's.</summary>
    public static async Task<OurSshd> StartAsync(PrivateEtcSsh? etcSsh, params string[] settings) =>
        new(await SshdProcess.StartAsync(Requires.PublishedTool("sshd"), "internal-sftp", [.. settings, Unpunished], etcSsh));
}
