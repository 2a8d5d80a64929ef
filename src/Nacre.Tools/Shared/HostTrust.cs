using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Keys;

namespace Nacre.Tools.Shared;

/// <summary>Turns what a client's configuration says of host keys into the options of the library's policy.</summary>
internal static class HostTrust
{
    /// <summary>The options for one host.</summary>
    public static KnownHostsOptions OptionsOf(ClientConfig config, ErrorTrace trace)
    {
        FingerprintHash hash = config.FingerprintHash == FingerprintDigest.Md5 ? FingerprintHash.Md5 : FingerprintHash.Sha256;
        return new KnownHostsOptions
        {
            UserFiles = config.UserKnownHostsFiles,
            GlobalFiles = config.GlobalKnownHostsFiles,
            Source = config.KnownHostsCommand is null ? null : new KnownHostsProgram(config, hash),
            HostKeyAlias = config.HostKeyAlias,
            HashesNames = config.HashKnownHosts,
            ChecksAddress = config.CheckHostIP,
            TrustsLoopback = config.NoHostAuthenticationForLocalhost,
            RevokedKeysFiles = config.RevokedHostKeys,
            UpdateHostKeys = UpdateOf(config),
            VerifyHostKeyDns = config.VerifyHostKeyDNS switch
            {
                AskChoice.Yes => VerifyHostKeyDns.Yes,
                AskChoice.Ask => VerifyHostKeyDns.Ask,
                _ => VerifyHostKeyDns.No,
            },
            ShowsDrawing = config.VisualHostKey,
            FingerprintHash = hash,
            Strict = config.StrictHostKeyChecking switch
            {
                HostKeyChecking.Yes => StrictHostKeyChecking.Yes,
                HostKeyChecking.No => StrictHostKeyChecking.No,
                HostKeyChecking.AcceptNew => StrictHostKeyChecking.AcceptNew,
                _ => StrictHostKeyChecking.Ask,
            },
            CASignatureAlgorithms = config.CASignatureAlgorithms,
            Withheld = [.. Withheld(config)],
            EndsWhenWithheld = config.ExitOnForwardFailure,
            Trace = trace,
        };
    }

    /// <summary>The host key algorithms to offer: those of keys that are known first, unless the user has said which.</summary>
    public static async Task<IReadOnlyList<string>> OrderAsync(ClientConfig config, KnownHostsOptions options)
    {
        if (config.HasOwnHostKeyAlgorithms) return config.HostKeyAlgorithms;
        (string host, int port) = config.HostKeyAlias is { } alias ? (alias, 0) : (config.Hostname, config.Port);
        var question = new KnownHostsQuestion(KnownHostsPurpose.Order, KnownHostName.Of(host, port), Key: null);
        KnownHosts known = await KnownHosts.Load([.. options.UserFiles, .. options.GlobalFiles]).WithSourceAsync(options.Source, question, default).ConfigureAwait(false);
        return HostKeyOrder.For(config.HostKeyAlgorithms, known, host, port);
    }

    // Who is not to be asked, or has gone to the background, is asked nothing.
    private static UpdateHostKeys UpdateOf(ClientConfig config) => config.UpdateHostKeys switch
    {
        AskChoice.Yes => UpdateHostKeys.Yes,
        AskChoice.Ask when !config.BatchMode && !config.ControlPersist.IsOn => UpdateHostKeys.Ask,
        _ => UpdateHostKeys.No,
    };

    private static IEnumerable<string> Withheld(ClientConfig config)
    {
        if (config.PasswordAuthentication) yield return "Password authentication";
        if (config.KbdInteractiveAuthentication) yield return "Keyboard-interactive authentication";
        if (config.ForwardAgent.IsOn) yield return "Agent forwarding";
        if (config.ForwardX11) yield return "X11 forwarding";
        if (config.LocalForwards.Count > 0 || config.RemoteForwards.Count > 0 || config.DynamicForwards.Count > 0) yield return "Port forwarding";
        if (config.Tunnel != TunnelChoice.No) yield return "Tunnel forwarding";
    }
}
