using System.Text;
using Nacre.Tests.Interop;
using Nacre.Tools.SshKeygen;

namespace Nacre.Tests.Tools.SshKeygen;

/// <summary>One run of ssh-keygen, ours within this process or OpenSSH's, and what it printed.</summary>
internal sealed record KeygenRun(int Status, string Output, string Error)
{
    public static KeygenRun Ours(string input, params string[] args)
    {
        var output = new StringWriter { NewLine = "\n" };
        var error = new StringWriter { NewLine = "\n" };
        var answers = new Answers(new MemoryStream(Encoding.UTF8.GetBytes(input)), output, error, usesTerminal: false);
        int status = SshKeygenApplet.Run(args, answers, output, error);
        return new KeygenRun(status, output.ToString(), error.ToString());
    }

    /// <summary>Runs OpenSSH's in a session of its own, where it finds no terminal and reads passphrases from its input as ours does here.</summary>
    public static async Task<KeygenRun> StockAsync(string input, params string[] args)
    {
        RunResult result = await Run.Async("setsid", ["-w", Requires.Program("ssh-keygen"), .. args], Encoding.UTF8.GetBytes(input));
        return new KeygenRun(result.ExitStatus, result.Output, result.Error);
    }

    public KeygenRun Ends(int status = 0)
    {
        Assert.True(Status == status, $"ended with {Status}, not {status}\n{Output}\n{Error}");
        return this;
    }
}
