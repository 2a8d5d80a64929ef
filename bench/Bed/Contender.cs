using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Nacre.Bench.Bed;

/// <summary>One of the two that are measured: its client, its running server, and the configuration by which the one finds the other.</summary>
internal sealed class Contender : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly Process _server;
    private readonly string _log;

    private Contender(string name, string ssh, string config, int port, Process server, string log) =>
        (Name, Ssh, Config, Port, _server, _log) = (name, ssh, config, port, server, log);

    public string Name { get; }

    /// <summary>The client's program.</summary>
    public string Ssh { get; }

    /// <summary>Its program sftp, which stands beside.</summary>
    public string Sftp => Path.Join(Path.GetDirectoryName(Ssh), "sftp");

    /// <summary>A configuration in which the host "bench" is the server.</summary>
    public string Config { get; }

    public int Port { get; }

    public int ServerId => _server.Id;

    /// <summary>Starts the server and returns when it listens.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="ssh">The client's program.</param>
    /// <param name="sshd">The server's program, by its full name.</param>
    /// <param name="keys">The keys of both.</param>
    /// <param name="extra">Lines for its sshd_config, before all others.</param>
    public static async Task<Contender> StartAsync(string name, string ssh, string sshd, BenchKeys keys, string extra = "")
    {
        int port = FreePort();
        string log = keys.File(name + ".log");
        string serverConfig = keys.File(name + ".sshd_config");
        await File.WriteAllTextAsync(serverConfig, keys.ServerConfig(port, extra));
        string clientConfig = keys.File(name + ".ssh_config");
        await File.WriteAllTextAsync(clientConfig, keys.ClientConfig(port));
        Process server = Process.Start(sshd, ["-D", "-f", serverConfig, "-E", log]);
        var contender = new Contender(name, ssh, clientConfig, port, server, log);
        try
        {
            await contender.WaitUntilItListensAsync();
            return contender;
        }
        catch
        {
            contender.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!_server.HasExited) _server.Kill(entireProcessTree: true);
        _server.WaitForExit();
        _server.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private async Task WaitUntilItListensAsync()
    {
        long begin = Stopwatch.GetTimestamp();
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException) when (!_server.HasExited && Stopwatch.GetElapsedTime(begin) < StartLimit)
            {
                await Task.Delay(20);
            }
            catch (SocketException error)
            {
                string said = File.Exists(_log) ? (await File.ReadAllTextAsync(_log)).Trim() : "";
                throw new InvalidOperationException(
                    string.Create(CultureInfo.InvariantCulture, $"the server of {Name} does not listen on port {Port} ({error.Message}): {said}"), error);
            }
        }
    }
}
