using System.Security.Cryptography;
using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Unix;

namespace Nacre.Tools.SshKeygen;

/// <summary>Prints a key in another program's form, or another program's key in OpenSSH's.</summary>
internal sealed class KeyConversion(KeygenTask task)
{
    /// <summary>With the quotes and the name of the header a comment of this length fills a line of RFC 4716.</summary>
    private const int MaxComment = 60;

    private KeygenSettings Settings => task.Settings;

    public int Export()
    {
        string path = Locate();
        PublicKey key = KeyFiles.LoadPublicPart(path)?.Key ?? OpenPublic(path);
        PublicKeyFormat format = Settings.Format switch
        {
            PrivateKeyFormat.Pem => PublicKeyFormat.Pem,
            PrivateKeyFormat.Pkcs8 => PublicKeyFormat.Pkcs8,
            _ => PublicKeyFormat.Rfc4716,
        };
        string comment = $"{key.Bits}-bit {key.ShortType}, converted by {KeyGeneration.CurrentUser().Name}@{Users.HostName} from OpenSSH";
        try
        {
            task.Output.Write(PublicKeyFile.Write(key, format, comment.Length > MaxComment ? comment[..MaxComment] : comment));
            return 0;
        }
        catch (ArgumentException)
        {
            throw new FatalException($"unsupported key type {key.ShortType}: such keys have no form of that name");
        }
    }

    /// <summary>Prints what a file holds, whatever its form is; a private key comes out as one.</summary>
    public int Import()
    {
        string path = Locate();
        byte[] contents = KeyFiles.ReadWhole(path);
        try
        {
            if (PrivateKeyFile.IsOne(contents)) ImportPrivate(path, contents);
            else task.Output.WriteLine(PublicKeyFile.Read(contents).Key.ToString());
            return 0;
        }
        catch (KeyFormatException refused)
        {
            throw new FatalException($"Load key \"{path}\": {SshKeygenApplet.Explain(refused)}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(contents);
        }
    }

    private void ImportPrivate(string path, byte[] contents)
    {
        using PrivateKeyFile file = PrivateKeyFile.Parse(contents);
        byte[] passphrase = file.IsEncrypted ? Settings.Passphrase ?? task.Answers.AskPassphrase($"Enter passphrase for \"{path}\": ") : [];
        byte[] lockedBy = Settings.NewPassphrase ?? passphrase;
        try
        {
            using PrivateKey key = file.Unlock(passphrase);
            if (key.CommentBytes.Length > OpenSshPrivateKey.MaxComment) throw new FatalException($"Load key \"{path}\": the comment has more than {OpenSshPrivateKey.MaxComment} bytes");
            bool isPem = !file.KeepsComment && PemPrivateKey.HasTraditionalForm(key);
            if (isPem && lockedBy.Length is > 0 and < PemPrivateKey.MinPassphrase) throw new FatalException("passphrase is too short (minimum five characters)");
            using Secret text = isPem ? PemPrivateKey.Write(key, PrivateKeyFormat.Pem, lockedBy) : OpenSshPrivateKey.Write(key, lockedBy, Settings.Rounds, Settings.Cipher);
            task.Output.Write(Encoding.ASCII.GetString(text.Span));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(passphrase);
        }
    }

    private PublicKey OpenPublic(string path)
    {
        using OpenedKey opened = task.Files.Open(task.Answers, path, $"Load key \"{path}\"", "Enter passphrase: ", Settings.Passphrase);
        return opened.Key.PublicKey;
    }

    private string Locate()
    {
        string path = Settings.File ?? KeyGeneration.AskFile(task.Answers, "Enter file in which the key is", KeyGeneration.CurrentUser(), Settings);
        return FileStatus.TryOfPath(path, out _) ? path : throw new FatalException($"ssh-keygen: {path}: {UnixException.Describe(Libc.LastErrno)}");
    }
}
