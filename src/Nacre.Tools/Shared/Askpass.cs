using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tools.Shared;

/// <summary>Has another program ask for a secret, in a window or as a script will: SSH_ASKPASS and SSH_ASKPASS_REQUIRE, as ssh(1) has them.</summary>
/// <param name="environment">Finds a variable.</param>
internal sealed class Askpass(Func<string, string?> environment)
{
    private const string UsualProgram = "/usr/bin/ssh-askpass";

    /// <summary>By this the program knows that it is to show two buttons, or none, and no field for a secret.</summary>
    private const string HintVariable = "SSH_ASKPASS_PROMPT", ConfirmHint = "confirm", NoQuestionHint = "none";

    /// <summary>One of the process's own environment.</summary>
    public static Askpass OfProcess { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>Whether the program is to ask.</summary>
    /// <param name="hasTerminal">Whether there is a terminal to ask at instead.</param>
    public bool IsWanted(bool hasTerminal)
    {
        bool hasScreen = environment("DISPLAY") is { Length: > 0 } || environment("WAYLAND_DISPLAY") is { Length: > 0 };
        return environment("SSH_ASKPASS_REQUIRE")?.ToLowerInvariant() switch
        {
            "force" => true,
            "prefer" => hasScreen,
            "never" => false,
            _ => hasScreen && !hasTerminal,
        };
    }

    /// <summary>Runs the program with the question as its argument; its answer is the first line that it writes, and none if it fails.</summary>
    /// <returns>Pinned memory, for the caller to zero.</returns>
    public Task<byte[]?> AskAsync(string question, CancellationToken ct) => AskAsync(question, hint: null, ct);

    /// <summary>Has the program ask for a yes, which an empty answer is too, as ssh-add -c has it. Without a program that asks the answer is no.</summary>
    public async ValueTask<bool> ConfirmAsync(string question, CancellationToken ct)
    {
        if (!IsWanted(hasTerminal: false) || await AskAsync(question, ConfirmHint, ct).ConfigureAwait(false) is not { } answer) return false;
        return answer.Length == 0 || Encoding.UTF8.GetString(answer).Equals("yes", StringComparison.OrdinalIgnoreCase);
    }

    private async Task<byte[]?> AskAsync(string question, string? hint, CancellationToken ct)
    {
        string program = Program;
        byte[] written = GC.AllocateArray<byte>(Terminal.LongestAnswer, pinned: true);
        int length = 0;
        try
        {
            ChildExit exit = await ProgramOutput.ReadAsync(output => Start(program, question, hint, output), Keep, ct).ConfigureAwait(false);
            if (exit is not { Status: 0, IsBySignal: false }) return null;
            int end = written.AsSpan(0, length).IndexOfAny((byte)'\r', (byte)'\n');
            byte[] answer = GC.AllocateUninitializedArray<byte>(end < 0 ? length : end, pinned: true);
            written.AsSpan(0, answer.Length).CopyTo(answer);
            return answer;
        }
        catch (UnixException failure)
        {
            Console.Error.WriteLine($"ssh_askpass: exec({program}): {UnixException.Describe(failure.Errno)}");
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(written);
        }

        // What there is no room for is no answer of anybody's.
        void Keep(ReadOnlySpan<byte> printed)
        {
            ReadOnlySpan<byte> kept = printed[..Math.Min(printed.Length, written.Length - length)];
            kept.CopyTo(written.AsSpan(length));
            length += kept.Length;
        }
    }

    /// <summary>Has the program show something, without an answer, until it is ended; null where there is no screen or no such program.</summary>
    public ChildProcess? Notify(string text)
    {
        bool hasScreen = environment("DISPLAY") is { Length: > 0 } || environment("WAYLAND_DISPLAY") is { Length: > 0 };
        if (!hasScreen && environment("SSH_ASKPASS_REQUIRE") != "force") return null;
        try
        {
            return Start(Program, text, NoQuestionHint, output: null);
        }
        catch (UnixException)
        {
            // Who looks at the security key sees it blink.
            return null;
        }
    }

    private string Program => environment("SSH_ASKPASS") is { Length: > 0 } named ? named : UsualProgram;

    private static ChildProcess Start(string program, string question, string? hint, SafeFileHandle? output)
    {
        CStrings variables = CStrings.OwnEnvironment();
        if (hint is not null) variables.Set(HintVariable, hint);
        using SafeFileHandle error = Descriptors.Inherited(2);
        return Spawn.Start(new ProgramStart { Path = program, IsSearched = true, Arguments = [program, question], Environment = variables, Output = output, Error = error });
    }
}
