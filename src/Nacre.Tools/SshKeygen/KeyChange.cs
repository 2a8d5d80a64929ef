using System.Security.Cryptography;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Tools.FileTransfer;
using Nacre.Unix;

namespace Nacre.Tools.SshKeygen;

/// <summary>Opens a private key file to show its public key or to store it with another passphrase or comment.</summary>
internal sealed class KeyChange(KeygenSettings settings, Answers answers, KeyFiles files, TextWriter output)
{
    public int PrintPublic()
    {
        string path = Locate();
        using OpenedKey opened = files.Open(answers, path, $"Load key \"{path}\"", "Enter passphrase: ", settings.Passphrase);
        output.WriteLine(new PublicKeyLine(opened.Key.PublicKey, opened.Key.Comment).ToString());
        return 0;
    }

    public int ChangePassphrase()
    {
        string path = Locate();
        using OpenedKey opened = files.Open(answers, path, $"Failed to load key {path}", "Enter old passphrase: ", settings.Passphrase);
        if (opened.KeepsComment) output.WriteLine($"Key has comment '{KeyGeneration.Shown(opened.Key.Comment)}'");
        byte[] passphrase = settings.NewPassphrase ?? AskTwice();
        try
        {
            Save(path, opened.Key, passphrase);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(passphrase);
        }

        output.WriteLine("Your identification has been saved with the new passphrase.");
        return 0;
    }

    public int ChangeComment()
    {
        string path = Locate();
        string failure = $"Cannot load private key \"{path}\"";
        using OpenedKey opened = files.Open(answers, path, failure, "Enter passphrase: ", settings.Passphrase ?? settings.NewPassphrase);
        if (settings.Format != PrivateKeyFormat.OpenSsh) throw new FatalException("Comments are only supported for keys stored in the new format (-o).", status: 1);
        PrivateKey key = opened.Key;
        output.WriteLine(opened.KeepsComment ? $"Old comment: {KeyGeneration.Shown(key.Comment)}" : "No existing comment");
        string comment = settings.Comment ?? answers.Ask("New comment: ") ?? throw new FatalException("", status: 1);
        if (comment == key.Comment && opened.KeepsComment)
        {
            output.WriteLine("No change to comment");
            return 0;
        }

        key.Comment = comment;
        Save(path, key, opened.Passphrase);
        KeyFiles.SavePublic(path + ".pub", key.PublicKey, comment);
        output.WriteLine(comment.Length > 0 ? $"Comment '{KeyGeneration.Shown(comment)}' applied" : "Comment removed");
        return 0;
    }

    private string Locate()
    {
        string path = settings.File ?? KeyGeneration.AskFile(answers, "Enter file in which the key is", KeyGeneration.CurrentUser(), settings);
        return FileStatus.TryOfPath(path, out _) ? path : throw new FatalException($"{path}: {UnixException.Describe(Libc.LastErrno)}");
    }

    private byte[] AskTwice()
    {
        byte[] first = answers.AskPassphrase("Enter new passphrase (empty for no passphrase): ");
        byte[] second = answers.AskPassphrase("Enter same passphrase again: ");
        bool areEqual = CryptographicOperations.FixedTimeEquals(first, second);
        CryptographicOperations.ZeroMemory(second);
        if (areEqual) return first;
        CryptographicOperations.ZeroMemory(first);
        output.WriteLine("Pass phrases do not match.  Try again.");
        throw new FatalException("", status: 1);
    }

    private void Save(string path, PrivateKey key, ReadOnlySpan<byte> passphrase)
    {
        try
        {
            KeyFiles.SavePrivate(path, key, passphrase, settings);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Saving key \"{path}\" failed: {LocalFault.Describe(failure, path)}", status: 1);
        }
    }
}
