using Nacre.Config.Values;

namespace Nacre.Config.Connections;

/// <summary>The machine by way of which a host is reached (ProxyJump): the last that is named, which is reached by way of those before it.</summary>
/// <param name="Machine">The machine, which the files say the rest about.</param>
/// <param name="Before">The ProxyJump by which it is reached itself; null where its own configuration says how.</param>
internal sealed record JumpStep(Destination Machine, string? Before)
{
    /// <summary>Machines in a row; files that send each to the next for ever are found out by it.</summary>
    private const int MaxHops = 16;

    /// <summary>The last step on the way to a host.</summary>
    /// <param name="config">Of the host, with a ProxyJump.</param>
    /// <param name="hops">The machines that are reached by way of this one.</param>
    /// <exception cref="SshConfigException">It leads back to where it began.</exception>
    public static JumpStep To(ClientConfig config, int hops)
    {
        string machines = config.ProxyJump!;
        if (!JumpHosts.TryParse(machines, out IReadOnlyList<Destination> hosts)) throw new InvalidOperationException($"ProxyJump {machines} was not checked.");
        Destination last = hosts[^1];
        bool isItself = last.Host.Equals(config.OriginalHost, StringComparison.OrdinalIgnoreCase)
            && (last.Port is null || last.Port == config.Port) && (last.User is null || last.User == config.User);
        if (hops >= MaxHops || isItself) throw new SshConfigException([$"jumphost loop via {last.Host}"]);
        return new JumpStep(last, hosts.Count > 1 ? machines[..machines.LastIndexOf(',')] : null);
    }

    /// <summary>What a command line would say of the machine.</summary>
    public CommandLineOptions ToLines()
    {
        var lines = new CommandLineOptions();
        if (Machine.User is { } user) lines.Set(ClientKeywords.User, user);
        if (Machine.Port is { } port) lines.Set(ClientKeywords.Port, port);
        if (Before is not null) lines.Add("ProxyJump=" + Before);
        return lines;
    }
}
