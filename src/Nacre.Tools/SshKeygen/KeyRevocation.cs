using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;
using Nacre.Tools.FileTransfer;
using Nacre.Unix;

namespace Nacre.Tools.SshKeygen;

/// <summary>Makes key revocation lists, goes on from them, shows them, and asks them about keys.</summary>
internal sealed class KeyRevocation(KeygenSettings settings, Answers answers, TextWriter output)
{
    private const string StandardInput = "(standard input)";

    private bool IsUpdate => settings.Has('u');

    /// <summary>Writes a list of what the files name, with what was in it before where it is to be updated.</summary>
    public int Make()
    {
        string path = settings.File ?? throw new FatalException("KRL generation requires an output file");
        bool isThere = FileStatus.TryOfPath(path, out _);
        if (!isThere && Libc.LastErrno != Errno.ENOENT) throw new FatalException($"Cannot access KRL \"{path}\": {UnixException.Describe(Libc.LastErrno)}");
        if (!isThere && IsUpdate) throw new FatalException($"KRL \"{path}\" does not exist");
        string? authorityFile = settings.Certificate.Authority;
        bool isForAll = string.Equals(authorityFile, "none", StringComparison.OrdinalIgnoreCase);
        PublicKey? authority = authorityFile is null || isForAll ? null : LoadKey(authorityFile, "Cannot load CA public key").Key.PlainKey;

        KeyRevocationListBuilder list = IsUpdate ? new(Load(path)) : new();
        if (settings.Certificate.Serial != 0) list.Version = settings.Certificate.Serial;
        SetComment(list);
        var specification = new RevocationSpecification(list, authority, authorityFile is not null);
        foreach (string file in settings.Files) Take(specification, file);
        Save(path, list);
        return 0;
    }

    /// <summary>Shows the list if that is wanted, and says of each key whether it is revoked; returns the exit status, which tells whether one is.</summary>
    public int Query()
    {
        KeyRevocationList list = Load(settings.File ?? throw new FatalException("KRL checking requires an input file"));
        if (settings.Has('l')) new RevocationListing(list, output).Show();
        int status = 0;
        foreach (string file in settings.Files)
        {
            PublicKeyLine line = LoadKey(file, "Cannot load public key");
            bool isRevoked = list.Contains(line.Key);
            if (isRevoked) status = 1;
            string comment = line.Comment.Length == 0 ? "" : $" ({Printable.Escape(line.Comment)})";
            output.WriteLine($"{file}{comment}: {(isRevoked ? "REVOKED" : "ok")}");
        }

        return status;
    }

    private void SetComment(KeyRevocationListBuilder list)
    {
        try
        {
            list.Comment = settings.Comment ?? list.Comment;
        }
        catch (ArgumentException tooLong)
        {
            throw new FatalException($"Couldn't generate KRL: {tooLong.Message}");
        }
    }

    private static void Save(string path, KeyRevocationListBuilder list)
    {
        try
        {
            KeyFiles.SaveForEveryone(path, list.Write(DateTimeOffset.UtcNow));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"write {path}: {LocalFault.Describe(failure, path)}");
        }
        catch (SshException tooLong)
        {
            throw new FatalException($"Couldn't generate KRL: {tooLong.Message}");
        }
    }

    private static PublicKeyLine LoadKey(string path, string failure) =>
        KeyFiles.LoadPublicPart(path) ?? throw new FatalException($"{failure} {path}: {KeyFiles.WhyNoPublicKey(path)}");

    /// <summary>Reads a list in OpenSSH's form; text with keys, which sshd would take as well, is no list to go on from.</summary>
    private static KeyRevocationList Load(string path)
    {
        try
        {
            byte[] contents = FileSafety.Read(path, KeyRevocationList.MaxLength, out _);
            return KeyRevocationList.HasListForm(contents) ? KeyRevocationList.Parse(contents) : throw new FatalException($"Invalid KRL file {path}: KRL file has invalid magic number");
        }
        catch (KeyFormatException refused)
        {
            throw new FatalException($"Invalid KRL file {path}: {refused.Message}");
        }
        catch (UnixException unreadable)
        {
            throw new FatalException($"Unable to load KRL {path}: {UnixException.Describe(unreadable.Errno)}");
        }
        catch (InvalidDataException unreadable)
        {
            throw new FatalException($"Unable to load KRL {path}: {unreadable.Message}");
        }
    }

    private void Take(RevocationSpecification specification, string path)
    {
        bool isInput = path == "-";
        string name = isInput ? StandardInput : path;
        try
        {
            using Stream stream = isInput ? answers.ReadAll() : KeyFiles.OpenRead(path);
            using var lines = new StreamReader(stream, Encoding.Latin1, detectEncodingFromByteOrderMarks: false);
            if (!settings.IsQuiet) output.WriteLine($"Revoking from {name}");
            specification.Take(lines, name);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"fopen {name}: {LocalFault.Describe(unreadable, path)}");
        }
    }
}
