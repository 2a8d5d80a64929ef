using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Connections;
using Nacre.Unix;

namespace Nacre.Tools.Shared;

/// <summary>Reads a client's configuration and turns it into a connection; what goes wrong is said.</summary>
internal static class ClientSetup
{
    /// <summary>Reads the configuration for a host; null when it is wrong, which has then been said.</summary>
    public static ClientConfig? Load(string host, CommandLineOptions options, string? configFile, ErrorTrace trace)
    {
        if (MachineSource.Of(host, options, configFile, static command => MatchCommand.Succeeds(command, Console.Error.WriteLine)) is not { } source)
        {
            trace.Fail($"No user exists for uid {Users.CurrentUid}");
            return null;
        }

        var diagnostics = new ConfigDiagnostics();
        ClientConfig? config = ClientConfigParser.Load(source, diagnostics);
        foreach (ConfigDiagnostic line in diagnostics)
        {
            if (line.Severity == ConfigSeverity.Debug) trace.Write(1, line.Text);
            else if (line.Severity == ConfigSeverity.Error) trace.Fail(line.Text);
            else trace.Say(line.Text);
        }

        return config;
    }

    /// <summary>Where a forward listens: on loopback if it names no address, everywhere (which is the empty name) for a star or with GatewayPorts.</summary>
    public static string ListenHost(string? host, bool gatewayPorts) => host switch
    {
        null => gatewayPorts ? "" : "localhost",
        "*" => "",
        _ => host,
    };

    /// <summary>Connects and logs in; null when that failed, which has then been said.</summary>
    /// <param name="config">Of the host.</param>
    /// <param name="trace">Where it is told.</param>
    /// <param name="time">The connection's clock.</param>
    /// <param name="hops">How many machines are reached by way of this one.</param>
    public static async Task<SshClient?> ConnectAsync(ClientConfig config, ErrorTrace trace, TimeProvider time, int hops = 0)
    {
        var attempt = new LoginAttempt(config, trace, hops);
        try
        {
            return await attempt.RunAsync(options => options with { Time = time }).ConfigureAwait(false);
        }
        catch (Exception error) when (attempt.Explain(error) is { } line)
        {
            trace.Fail(line);
            return null;
        }
    }
}
