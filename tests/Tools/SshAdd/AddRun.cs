using System.Text;
using Nacre.Tests.Interop;
using Nacre.Tools.SshAdd;
using Nacre.Tools.SshKeygen;

namespace Nacre.Tests.Tools.SshAdd;

/// <summary>One run of ssh-add, ours within this process or OpenSSH's, and what it printed.</summary>
internal sealed record AddRun(int Status, string Output, string Error)
{
    public static AddRun Ours(AddPlace place, string input, params string[] arguments)
    {
        var output = new StringWriter { NewLine = "\n" };
        var error = new StringWriter { NewLine = "\n" };
        var answers = new Answers(new MemoryStream(Encoding.UTF8.GetBytes(input)), output, error, usesTerminal: false);
        int status = SshAddApplet.Run(arguments, place, answers, output, error);
        return new AddRun(status, output.ToString(), error.ToString());
    }

    /// <summary>Runs OpenSSH's in a session of its own, where it finds no terminal and reads passphrases from its input as ours does here.</summary>
    public static async Task<AddRun> StockAsync(string socket, string input, params string[] arguments)
    {
        var environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = socket, ["DISPLAY"] = null, ["SSH_ASKPASS_REQUIRE"] = null };
        RunResult result = await Run.Async("setsid", ["-w", Requires.Program("ssh-add"), .. arguments], Encoding.UTF8.GetBytes(input), environment);
        return new AddRun(result.ExitStatus, result.Output, result.Error);
    }

    public AddRun Ends(int status = 0)
    {
        Assert.True(Status == status, $"ended with {Status}, not {status}\n{Output}\n{Error}");
        return this;
    }
}
