using Nacre.Client;
using Nacre.Forwarding.X11;

namespace Nacre.Examples;

/// <summary>Runs one command with the user's agent lent to it, and their display if there is one, and copies its output.</summary>
internal static class LentAgent
{
    public static async Task<int> RunAsync(string destination, SshClientOptions options, string agentSocket, string? display, string command, Stream output, CancellationToken ct = default)
    {
        await using SshClient ssh = await SshClient.ConnectAsync(destination, options, ct);

        // As long as the connection lasts, root at the server may sign with the agent too: lend it to machines that you trust.
        var lent = new RunOptions
        {
            AgentSocket = agentSocket,
            Display = display is null ? null : X11Forwarding.WithoutCookie(display),
        };
        await using RemoteProcess run = await ssh.RunAsync(command, lent, ct);
        if (!run.HasAgent) Console.Error.WriteLine("The server does not take the agent.");
        if (display is not null && !run.HasDisplay) Console.Error.WriteLine("The server does not take the display.");
        await run.Input.CompleteAsync();
        await run.Output.CopyToAsync(output, ct);
        return (int)((await run.WaitForExitAsync(ct)).Status ?? 255);
    }
}
