using System.Security.Cryptography;
using Nacre.Protocol.Keys;
using Nacre.Tools.FileTransfer;
using Nacre.Tools.SecurityKeys;
using Nacre.Unix;

namespace Nacre.Tools.SshKeygen;

/// <summary>Makes key pairs: one for a person, or a machine's host keys.</summary>
internal sealed class KeyGeneration(KeygenSettings settings, Answers answers, TextWriter output, ISecurityKeyDevice securityKeys)
{
    private const string DefaultType = "ed25519";

    /// <summary>The types of host key that -A makes, in its order.</summary>
    private static readonly string[] HostKeyTypes = ["rsa", "ecdsa", "ed25519"];

    public int Make()
    {
        string type = settings.Type ?? DefaultType;
        int bits = BitsOf(type);
        UserAccount user = CurrentUser();
        Say($"Generating public/private {settings.TypeName ?? type} key pair.");
        SecurityKeyEnrolment? enrolment = settings.IsForSecurityKey ? new SecurityKeyEnrolment(settings, answers, output, securityKeys) : null;
        using EnrolledSecurityKey? enrolled = enrolment?.Make();
        using PrivateKey key = enrolled?.Key ?? Generate(type, bits);
        string file = settings.File ?? AskFile(answers, "Enter file in which to save the key", user, settings);
        MakeUserDirectory(file, user);
        if (!answers.MayReplace(file)) throw new FatalException("", status: 1);
        byte[] passphrase = settings.Passphrase ?? settings.NewPassphrase ?? answers.AskNewPassphrase();
        key.Comment = settings.Comment ?? $"{user.Name}@{Users.HostName}";
        try
        {
            KeyFiles.SavePrivate(file, key, passphrase, settings);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Saving key \"{file}\" failed: {LocalFault.Describe(failure, file)}", status: 1);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(passphrase);
        }

        Say($"Your identification has been saved in {file}");
        KeyFiles.SavePublic(file + ".pub", key.PublicKey, key.Comment);
        Say($"Your public key has been saved in {file}.pub");
        if (!settings.IsQuiet)
        {
            output.WriteLine($"The key fingerprint is:\n{key.PublicKey.FingerprintBy(settings.Hash)} {Shown(key.Comment)}");
            output.WriteLine($"The key's randomart image is:\n{RandomArt.Draw(key.PublicKey, settings.Hash)}");
        }

        if (enrolled is not null) enrolment!.SaveAttestation(enrolled);
        return 0;
    }

    /// <summary>Makes the host keys that are missing, for scripts that set up a machine; returns the exit status.</summary>
    public int MakeHostKeys(TextWriter error)
    {
        UserAccount user = CurrentUser();
        bool hasSpoken = false;
        int status = 0;
        foreach (string type in HostKeyTypes)
        {
            string file = $"{settings.File}/etc/ssh/ssh_host_{type}_key";
            if (FileStatus.TryOfPath(file, out FileStatus present) && present.Size > 0) continue;
            if (!hasSpoken && !settings.IsQuiet) output.Write("ssh-keygen: generating new host keys: ");
            hasSpoken = true;
            using PrivateKey key = Generate(type, BitsOf(type, isDefault: true));
            if (!settings.IsQuiet) output.Write(key.PublicKey.ShortType + " ");
            output.Flush();
            key.Comment = $"{user.Name}@{Users.HostName}";
            try
            {
                KeyFiles.SavePrivate(file, key, default, settings);
                KeyFiles.SavePublic(file + ".pub", key.PublicKey, key.Comment);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                error.Write($"Could not save your private key in {file}: {LocalFault.Describe(failure, file)}\r\n");
                status = 1;
            }
        }

        if (hasSpoken && !settings.IsQuiet) output.WriteLine();
        return status;
    }

    /// <summary>Asks for a key file; the default is the user's own of the type.</summary>
    public static string AskFile(Answers answers, string question, UserAccount user, KeygenSettings settings)
    {
        string usual = Path.Join(user.Home, ".ssh", SshKeygenApplet.FileNameOf(settings.Type ?? DefaultType));
        string answer = answers.Ask($"{question} ({usual}): ") ?? throw new FatalException("", status: 1);
        return answer.Length > 0 ? answer : usual;
    }

    public static UserAccount CurrentUser() => Users.Current ?? throw new FatalException($"No user exists for uid {Users.CurrentUid}");

    /// <summary>A comment as it may appear on a terminal.</summary>
    public static string Shown(string comment) => Protocol.Wire.Printable.Escape(comment);

    private static PrivateKey Generate(string type, int bits) => type switch
    {
        "rsa" => PrivateKey.GenerateRsa(bits),
        "ecdsa" => PrivateKey.GenerateEcdsa(bits),
        _ => PrivateKey.GenerateEd25519(),
    };

    private int BitsOf(string type, bool isDefault = false)
    {
        int bits = isDefault ? 0 : settings.Bits;
        switch (type)
        {
            case "ed25519" or KeygenSettings.Ed25519SecurityKey or KeygenSettings.EcdsaSecurityKey:
                return 0;
            case "ecdsa":
                if (bits is 0 or 256 or 384 or 521) return bits == 0 ? PrivateKey.DefaultEcdsaBits : bits;
                throw new FatalException("Invalid ECDSA key length: valid lengths are 256, 384 or 521 bits");
            case "rsa":
                if (bits == 0) return PrivateKey.DefaultRsaBits;
                if (bits < RsaPublicKey.MinBits) throw new FatalException($"Invalid RSA key length: minimum is {RsaPublicKey.MinBits} bits");
                if (bits > RsaPublicKey.MaxBits) throw new FatalException($"Invalid RSA key length: maximum is {RsaPublicKey.MaxBits} bits");
                return bits % 8 == 0 ? bits : throw new FatalException("Invalid RSA key length: it must be a multiple of 8 bits");
            default:
                throw new FatalException($"unknown key type {settings.TypeName}");
        }
    }

    private void MakeUserDirectory(string file, UserAccount user)
    {
        string directory = Path.Join(user.Home, ".ssh");
        if (Path.GetDirectoryName(file) != directory || Directory.Exists(directory)) return;
        try
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Say($"Created directory '{directory}'.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Could not create directory '{directory}' ({LocalFault.Describe(failure, directory)}).");
        }
    }

    private void Say(string text)
    {
        if (!settings.IsQuiet) output.WriteLine(text);
    }
}
