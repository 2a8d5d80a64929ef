using System.Security.Cryptography;
using System.Text;
using Nacre.Crypto;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.SshKeygen;

/// <summary>Where the answers to a tool's questions come from: passphrases from the terminal if there is one, all else from standard input.</summary>
/// <remarks>Input is read byte by byte, so that what follows an answer is left for whoever reads next.</remarks>
internal sealed class Answers(Stream input, TextWriter prompts, TextWriter errors, bool usesTerminal)
{
    public static Answers OfPerson() => new(InheritedStream.OpenInput(), Console.Out, Console.Error, usesTerminal: true);

    /// <summary>What has not been read yet.</summary>
    public Stream Rest => input;

    /// <summary>Asks for a line, of which a NUL is the end; null at the end of input.</summary>
    public string? Ask(string prompt)
    {
        prompts.Write(prompt);
        prompts.Flush();
        byte[]? line = ReadLine();
        return line is null ? null : Encoding.UTF8.GetString(line).Split('\0')[0];
    }

    /// <summary>Asks for a passphrase; the bytes are for the caller to erase, and there are none where nobody can be asked.</summary>
    public byte[] AskPassphrase(string prompt)
    {
        prompts.Flush();
        if (usesTerminal && Askpass.OfProcess.IsWanted(Descriptors.IsTerminal(0))) return Askpass.OfProcess.AskAsync(prompt, default).GetAwaiter().GetResult() ?? [];
        if (usesTerminal && Terminal.IsPresent) return Terminal.ReadPassphrase(prompt) ?? [];
        errors.Write(prompt);
        errors.Flush();
        return ReadLine() ?? [];
    }

    /// <summary>Asks for a new passphrase until it has been typed twice.</summary>
    public byte[] AskNewPassphrase()
    {
        while (true)
        {
            byte[] first = AskPassphrase("Enter passphrase (empty for no passphrase): ");
            byte[] second = AskPassphrase("Enter same passphrase again: ");
            bool areEqual = CryptographicOperations.FixedTimeEquals(first, second);
            CryptographicOperations.ZeroMemory(second);
            if (areEqual) return first;
            CryptographicOperations.ZeroMemory(first);
            prompts.WriteLine("Passphrases do not match.  Try again.");
        }
    }

    /// <summary>All that has not been read yet and is secret, such as a private key.</summary>
    /// <exception cref="IOException">It is longer than that, or cannot be read.</exception>
    public Task<Secret> ReadSecretAsync(int mostBytes) => SecretInput.ReadAsync(input, mostBytes);

    /// <summary>True where there is no such file, or whoever is asked says that it may be replaced.</summary>
    public bool MayReplace(string file)
    {
        if (!FileStatus.TryOfPath(file, out _)) return true;
        prompts.WriteLine($"{file} already exists.");
        return Ask("Overwrite (y/n)? ") is ['y' or 'Y', ..];
    }

    /// <summary>Where the answers come from, for what is too much to be held at once.</summary>
    public Stream Input => input;

    /// <summary>All that has not been read yet.</summary>
    public Stream ReadAll()
    {
        var rest = new MemoryStream();
        input.CopyToAsync(rest).GetAwaiter().GetResult();
        rest.Position = 0;
        return rest;
    }

    private byte[]? ReadLine()
    {
        byte[] line = GC.AllocateArray<byte>(Terminal.LongestAnswer, pinned: true);
        try
        {
            int length = 0;
            byte[] next = new byte[1];
            while (true)
            {
                bool isEnd = input.ReadAsync(next).AsTask().GetAwaiter().GetResult() == 0;
                if (isEnd && length == 0) return null;
                if (isEnd || next[0] == '\n') break;
                if (length < line.Length) line[length++] = next[0];
            }

            byte[] answer = GC.AllocateArray<byte>(length, pinned: true);
            line.AsSpan(0, length).CopyTo(answer);
            return answer;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(line);
        }
    }
}
