using System.Net.Sockets;
using Nacre.Client;
using Nacre.Forwarding;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;

namespace Nacre.Tools.SshKeyscan;

/// <summary>Asks many machines at once for their keys and prints each as soon as it has come.</summary>
internal sealed class HostKeyScan(KeyscanSettings settings, ErrorTrace trace, TextWriter output)
{
    /// <summary>Connections at once: enough that machines that are down hold up nobody, and below the usual limit of open files.</summary>
    private const int MaxConnections = 200;

    private readonly SemaphoreSlim _room = new(MaxConnections);
    private readonly Lock _lock = new();
    private readonly HostKeyPrinter _printer = new(settings);
    private readonly HashSet<string> _unreached = [];
    private bool _hasFound;

    /// <summary>Asks all of them; true when any has shown a key.</summary>
    public async Task<bool> RunAsync(IAsyncEnumerable<ScanTarget> targets)
    {
        var running = new HashSet<Task>();
        await foreach (ScanTarget target in targets.ConfigureAwait(false))
        {
            foreach (ScannedType type in settings.Types)
            {
                if (type.Algorithms(settings.WantsCertificates) is not { Count: > 0 } algorithms) continue;
                await _room.WaitAsync().ConfigureAwait(false);
                running.RemoveWhere(static task => task.IsCompletedSuccessfully);
                running.Add(ScanAsync(target, algorithms));
            }
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        return _hasFound;
    }

    private async Task ScanAsync(ScanTarget target, IReadOnlyList<string> algorithms)
    {
        try
        {
            foreach (string address in target.Addresses)
            {
                if (await TryScanAsync(address, target.Names, algorithms).ConfigureAwait(false)) return;
            }
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>False when the address gave no answer, so that the next is to be tried.</summary>
    private async Task<bool> TryScanAsync(string address, string names, IReadOnlyList<string> algorithms)
    {
        if (await ConnectAsync(address).ConfigureAwait(false) is not { } socket) return false;
        HostKeyProbe.Finding found = await HostKeyProbe.AskAsync(
            new NetworkStream(socket, ownsSocket: true), algorithms, ProductVersion.Identification + " keyscan", settings.Timeout, trace, default).ConfigureAwait(false);
        if (found.Identification is { } identification && !settings.IsQuiet) Print([_printer.Comment(address, identification)]);
        if (found.Key is { } key)
        {
            _hasFound = true;
            Print(_printer.Lines(names, key));
        }
        else
        {
            Tell(address, found);
        }

        return found.Identification is not null;
    }

    private async Task<Socket?> ConnectAsync(string address)
    {
        try
        {
            return await new TcpEndpoint(address, settings.Port).ConnectAsync(new DialOptions { Family = settings.Family, Timeout = settings.Timeout }, default).ConfigureAwait(false);
        }
        catch (SocketException error)
        {
            string shown = Printable.Escape(address);
            bool isUnknown = error.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData;
            if (isUnknown) trace.Fail($"getaddrinfo {shown}: {error.Message}");
            else if (IsFirstFailureOf(address)) trace.Fail($"connect ({shown}): {error.Message}");
        }
        catch (ArgumentException error)
        {
            trace.Fail($"getaddrinfo {Printable.Escape(address)}: {error.Message}");
        }

        return null;
    }

    // Each type of key is asked for by a connection of its own, and one line says it for all of them.
    private bool IsFirstFailureOf(string address)
    {
        lock (_lock) return _unreached.Add(address);
    }

    private void Tell(string address, HostKeyProbe.Finding found)
    {
        string shown = Printable.Escape(address);
        switch (found.Error)
        {
            // A server that has no key of this type is the usual case, and says nothing of itself.
            case NegotiationFailedException missing:
                trace.Write(1, $"{shown}: {missing.Message}");
                break;
            case SshViolationException { Violation: Violation.ConnectionLost }:
                trace.Fail($"{shown}: Connection closed by remote host");
                break;
            case SshViolationException { Violation: Violation.BadIdentification }:
                trace.Fail($"{shown}: bad greeting");
                break;
            case SshViolationException { Violation: Violation.VersionNotSupported }:
                trace.Write(1, $"{shown} doesn't support ssh2");
                break;
            case TimeoutException:
                trace.Fail($"{shown}: Connection timed out");
                break;
            case { } error:
                trace.Fail($"{shown}: {error.Message}");
                break;
        }
    }

    // What belongs together stays together, and a line whole.
    private void Print(IEnumerable<string> lines)
    {
        lock (_lock) output.Write(string.Concat(lines.Select(static line => line + "\n")));
    }
}
