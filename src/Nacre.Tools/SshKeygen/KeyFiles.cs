using System.Security.Cryptography;
using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Tools.FileTransfer;
using Nacre.Unix;

namespace Nacre.Tools.SshKeygen;

/// <summary>Reads and writes key files: private ones only where nobody else can read them, and each either whole or not at all.</summary>
internal sealed class KeyFiles(TextWriter error)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode ForEveryone = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode AsTheMaskSays = ForEveryone | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Larger texts are not read, be they lists of every host or key that there is.</summary>
    private const int MaxText = 1 << 26;

    /// <summary>So much is read of a device, which may have no end.</summary>
    private const int MaxOfDevice = 1 << 20;

    /// <summary>Reads a private key file, still locked.</summary>
    /// <exception cref="FatalException">The file cannot be read; it starts with <paramref name="failure"/>.</exception>
    public PrivateKeyFile Load(string path, string failure, bool isForPublicPart = false)
    {
        try
        {
            using FileStream stream = OpenRead(path);
            if (!IsForOwnerOnly(stream, path) && !isForPublicPart) throw new FatalException($"{failure}: bad permissions");
            return Parse(stream);
        }
        catch (KeyFormatException refused)
        {
            throw new FatalException($"{failure}: {SshKeygenApplet.Explain(refused)}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"{failure}: {LocalFault.Describe(unreadable, path)}");
        }
    }

    /// <summary>Opens a private key file, and asks for its passphrase where it has one and <paramref name="known"/> is null.</summary>
    public OpenedKey Open(Answers answers, string path, string failure, string question, byte[]? known)
    {
        using PrivateKeyFile file = Load(path, failure);
        byte[] passphrase = file.IsEncrypted ? known ?? answers.AskPassphrase(question) : [];
        try
        {
            return new OpenedKey(file.Unlock(passphrase), passphrase, file.KeepsComment);
        }
        catch (KeyFormatException refused)
        {
            CryptographicOperations.ZeroMemory(passphrase);
            throw new FatalException($"{failure}: {SshKeygenApplet.Explain(refused)}");
        }
    }

    /// <summary>The public key of a file or of the one beside it, or the public part of a private key that tells it without a passphrase; null where there is none.</summary>
    public static PublicKeyLine? LoadPublicPart(string path)
    {
        if ((LoadPublic(path) ?? LoadPublic(path + ".pub")) is PublicKeyLine line) return line;
        try
        {
            using FileStream stream = OpenRead(path);
            using PrivateKeyFile file = Parse(stream);
            return file.PublicKey is PublicKey key ? new PublicKeyLine(key, "") : null;
        }
        catch (Exception refused) when (refused is KeyFormatException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Why a file that was named has no public key.</summary>
    public static string WhyNoPublicKey(string path) =>
        FileStatus.TryOfPath(path, out _) ? "the file holds no public key, and neither does the one beside it with .pub" : UnixException.Describe(Libc.LastErrno);

    /// <summary>Opens a file of whatever kind without waiting: a FIFO to which nobody writes is empty.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It is a directory.</exception>
    public static FileStream OpenRead(string path) => new(FileSafety.OpenAnyKind(path, out _), FileAccess.Read, bufferSize: 0);

    /// <summary>All bytes of a file that has at most so many.</summary>
    /// <exception cref="IOException">It cannot be read, or is larger.</exception>
    /// <exception cref="UnauthorizedAccessException">It is a directory.</exception>
    public static byte[] ReadBytes(string path, int maxLength)
    {
        byte[] contents = ReadStart(path, maxLength, out bool isWhole);
        return isWhole ? contents : throw new IOException($"there are more than {contents.Length} bytes");
    }

    /// <summary>The lines of a text file, or of standard input where <paramref name="input"/> is there.</summary>
    public static string[] ReadLines(string path, Answers? input)
    {
        try
        {
            using Stream stream = input?.ReadAll() ?? new MemoryStream(ReadBytes(path, MaxText));
            using var reader = new StreamReader(stream);
            List<string> lines = [];
            while (reader.ReadLine() is string line) lines.Add(line);
            return [.. lines];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"ssh-keygen: {path}: {LocalFault.Describe(unreadable, path)}");
        }
    }

    /// <summary>All bytes of a file that may hold a key, which are the caller's to erase.</summary>
    public static byte[] ReadWhole(string path)
    {
        try
        {
            using FileStream stream = OpenRead(path);
            byte[] contents = GC.AllocateArray<byte>(PrivateKeyFile.MaxLength + 1, pinned: true);
            int length = stream.ReadAtLeast(contents, contents.Length, throwOnEndOfStream: false);
            byte[] whole = GC.AllocateArray<byte>(length, pinned: true);
            contents.AsSpan(0, length).CopyTo(whole);
            CryptographicOperations.ZeroMemory(contents);
            return whole;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"ssh-keygen: {path}: {LocalFault.Describe(unreadable, path)}");
        }
    }

    /// <summary>The first key of a public key file; null where there is none.</summary>
    public static PublicKeyLine? LoadPublic(string path)
    {
        try
        {
            // The first key of a longer file stands near its start, or is none.
            return PublicKeyLine.FindFirst(ReadStart(path, MaxOfDevice, out _));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static void SavePrivate(string path, PrivateKey key, ReadOnlySpan<byte> passphrase, KeygenSettings settings)
    {
        if (key.CommentBytes.Length > OpenSshPrivateKey.MaxComment) throw new FatalException($"Saving key \"{path}\" failed: the comment has more than {OpenSshPrivateKey.MaxComment} bytes", status: 1);
        // As with OpenSSH, the other forms have no place for a handle.
        bool isPem = key is not SecurityPrivateKey && (settings.Format == PrivateKeyFormat.Pkcs8 || (settings.Format == PrivateKeyFormat.Pem && PemPrivateKey.HasTraditionalForm(key)));
        if (isPem && passphrase.Length is > 0 and < PemPrivateKey.MinPassphrase) throw new FatalException($"Saving key \"{path}\" failed: passphrase is too short (minimum five characters)", status: 1);
        using Secret text = isPem ? PemPrivateKey.Write(key, settings.Format, passphrase) : OpenSshPrivateKey.Write(key, passphrase, settings.Rounds, settings.Cipher);
        Save(path, text.Span, OwnerOnly);
    }

    /// <summary>Writes what is nobody's secret.</summary>
    public static void SaveText(string path, ReadOnlySpan<byte> text) => Save(path, text, AsTheMaskSays);

    public static void SavePublic(string path, PublicKey key, string comment)
    {
        try
        {
            SaveForEveryone(path, Encoding.UTF8.GetBytes(new PublicKeyLine(key, comment) + "\n"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Unable to save public key to {path}: {LocalFault.Describe(failure, path)}");
        }
    }

    /// <summary>Writes a file that holds nothing secret.</summary>
    public static void SaveForEveryone(string path, ReadOnlySpan<byte> contents) => Save(path, contents, ForEveryone);

    /// <summary>Writes a file that is for its owner alone, though it is no key.</summary>
    public static void SaveForOwner(string path, ReadOnlySpan<byte> contents) => Save(path, contents, OwnerOnly);

    /// <summary>Writes beside the file and puts the result into its place, so that a crash leaves the old key or the new one.</summary>
    /// <remarks>Where there is no old one to lose, nobody waits for the disk, which takes longer than all the rest. OpenSSH does in no case.</remarks>
    private static void Save(string path, ReadOnlySpan<byte> contents, UnixFileMode mode)
    {
        if (path.Length == 0) throw new FileNotFoundException();
        bool isThere = FileStatus.TryOfPath(path, out FileStatus status);
        if (isThere && !status.IsRegularFile)
        {
            using FileStream device = File.OpenWrite(path);
            device.Write(contents);
            return;
        }

        string target = FileSafety.FinalTarget(path);
        string temporary = $"{target}.{SystemRandom.Instance.Hex(5)}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode };
        try
        {
            using (var stream = new FileStream(temporary, options))
            {
                if (isThere) Inherit(stream, status, mode);
                stream.Write(contents);
                if (isThere) stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Root may rewrite what is somebody else's, who is to go on having it; what is no secret keeps its mode, too.</summary>
    private static void Inherit(FileStream stream, FileStatus former, UnixFileMode mode)
    {
        FileStatus made = FileStatus.OfDescriptor((int)stream.SafeFileHandle.DangerousGetHandle());

        // Where that is not permitted the file is the writer's from now on, as one that was copied is.
        if ((made.Uid, made.Gid) != (former.Uid, former.Gid)) OpenFile.SetOwner(stream.SafeFileHandle, former.Uid, former.Gid);
        if (mode != OwnerOnly) OpenFile.SetMode(stream.SafeFileHandle, former.Mode & (uint)AsTheMaskSays);
    }

    private static byte[] ReadStart(string path, int maxLength, out bool isWhole)
    {
        using var stream = new FileStream(FileSafety.OpenAnyKind(path, out FileStatus status), FileAccess.Read, bufferSize: 0);
        int most = status.IsRegularFile || status.IsFifo ? maxLength : Math.Min(maxLength, MaxOfDevice);
        using var contents = new MemoryStream();
        byte[] piece = new byte[1 << 14];
        int count;
        while (contents.Length < most && (count = stream.Read(piece, 0, (int)Math.Min(piece.Length, most - contents.Length))) > 0) contents.Write(piece, 0, count);
        isWhole = contents.Length < most || stream.ReadByte() < 0;
        return contents.ToArray();
    }

    private static PrivateKeyFile Parse(FileStream stream)
    {
        byte[] contents = GC.AllocateArray<byte>(PrivateKeyFile.MaxLength + 1, pinned: true);
        try
        {
            int length = stream.ReadAtLeast(contents, contents.Length, throwOnEndOfStream: false);
            return PrivateKeyFile.Parse(contents.AsSpan(0, length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(contents);
        }
    }

    private bool IsForOwnerOnly(FileStream stream, string path)
    {
        FileStatus status = FileStatus.OfDescriptor((int)stream.SafeFileHandle.DangerousGetHandle());
        if (FileSafety.FindExposure(path, status) is not { } exposure) return true;
        error.Write(exposure.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n");
        return false;
    }
}
