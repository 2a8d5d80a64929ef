using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Connections;
using Nacre.Config.Values;

namespace Nacre.Tools.Shared;

/// <summary>What the tools add to how a client's configuration has host keys judged: a person to spare, and what is withheld.</summary>
internal static class HostTrust
{
    /// <summary>The options for one host.</summary>
    public static KnownHostsOptions OptionsOf(ClientConfig config, ErrorTrace trace)
    {
        KnownHostsOptions said = ClientOptions.KnownHostsOf(config, runsCommands: true);
        return said with
        {
            UpdateHostKeys = UpdateOf(config, said.UpdateHostKeys),
            Withheld = [.. Withheld(config)],
            EndsWhenWithheld = config.ExitOnForwardFailure,
            Trace = trace,
        };
    }

    // Who is not to be asked, or has gone to the background, is asked nothing.
    private static UpdateHostKeys UpdateOf(ClientConfig config, UpdateHostKeys said) =>
        said == UpdateHostKeys.Ask && (config.BatchMode || config.ControlPersist.IsOn) ? UpdateHostKeys.No : said;

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
