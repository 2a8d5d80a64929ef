using System.Text;

namespace Nacre.Tests.Interop;

/// <summary>OpenSSH's ssh with somebody in front of it who answers one question after the other.</summary>
internal static class PasswordSsh
{
    /// <param name="sshd">Where to.</param>
    /// <param name="user">As whom.</param>
    /// <param name="method">The one method to log in by.</param>
    /// <param name="answers">What is typed, question by question.</param>
    /// <param name="command">What to run.</param>
    /// <param name="input">What the command reads.</param>
    /// <param name="flags">More of ssh's flags.</param>
    public static async Task<RunResult> RunAsync(TestSshd sshd, string user, string method, string[] answers, string command, string input = "", params string[] flags)
    {
        using var directory = new TemporaryDirectory();
        string left = directory.Write("answers", string.Join('\n', answers) + "\n");
        string asked = directory.Write("asked", "");
        string askpass = directory.Write("askpass", $"#!/bin/sh\nprintf '%s\\n' \"$1\" >>{asked}\nhead -n 1 {left}\nsed -i 1d {left}\n");
        File.SetUnixFileMode(askpass, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string[] arguments = [.. (await sshd.ClientArgumentsAsync()).Select(argument => argument == "BatchMode=yes" ? "BatchMode=no" : argument)];
        var environment = new Dictionary<string, string?> { ["SSH_ASKPASS"] = askpass, ["SSH_ASKPASS_REQUIRE"] = "force", ["SSH_AUTH_SOCK"] = null };
        RunResult result = await Run.Async(
            "ssh", [.. arguments, .. flags, "-o", $"PreferredAuthentications={method}", "-o", "NumberOfPasswordPrompts=1", $"{user}@127.0.0.1", command],
            Encoding.UTF8.GetBytes(input), environment);
        return result with { Error = await File.ReadAllTextAsync(asked) + result.Error };
    }
}
