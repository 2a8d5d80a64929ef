using System.Security.Cryptography;
using System.Text;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tools.FileTransfer;
using Nacre.Tools.SecurityKeys;

namespace Nacre.Tools.SshKeygen;

/// <summary>Writes key files for the keys that a security key keeps whole (-K), into the current directory.</summary>
internal sealed class ResidentKeyDownload(KeygenSettings settings, Answers answers, TextWriter output, TextWriter error, ISecurityKeyDevice device)
{
    public int Run()
    {
        string? wanted = null;
        foreach (string option in settings.Certificate.Options)
        {
            if (!option.StartsWith("device=", StringComparison.OrdinalIgnoreCase)) throw new FatalException($"Option \"{Printable.Escape(option)}\" is unsupported for FIDO authenticator download");
            wanted = option["device=".Length..];
        }

        IReadOnlyList<EnrolledSecurityKey> keys = Load(wanted);
        try
        {
            if (keys.Count == 0) error.Write("No keys to download\r\n");
            return SaveAll(keys);
        }
        finally
        {
            foreach (EnrolledSecurityKey key in keys) key.Dispose();
        }
    }

    /// <summary>What stands behind id_TYPE_rk in the name of a key's file: its application and whose it is, as far as they say anything.</summary>
    public static string SuffixOf(EnrolledSecurityKey key)
    {
        string application = Encoding.UTF8.GetString(key.Key.SecurityPublicKey.Application.Span);
        foreach (string scheme in (string[])["ssh://", "ssh:"])
        {
            if (!application.StartsWith(scheme, StringComparison.Ordinal)) continue;
            application = application[scheme.Length..];
            break;
        }

        ReadOnlySpan<byte> user = key.UserId.AsSpan().TrimEnd((byte)0);
        string suffix = InFileName(Encoding.UTF8.GetBytes(application)) + (user.IsEmpty ? "" : "_" + InFileName(user));
        return suffix.Length == 0 ? "" : "_" + suffix;
    }

    // What a security key says must not lead the file elsewhere.
    private static string InFileName(ReadOnlySpan<byte> bytes)
    {
        string shown = Printable.Escape(bytes);
        bool isSafe = !shown.AsSpan().ContainsAny('/', '\\') && !shown.Contains("..", StringComparison.Ordinal);
        return isSafe ? shown : Convert.ToHexStringLower(bytes);
    }

    private IReadOnlyList<EnrolledSecurityKey> Load(string? wanted)
    {
        using Password pin = SecurityKeyEnrolment.AskPin(answers);
        if (!settings.IsQuiet) output.WriteLine("You may need to touch your authenticator to authorize key download.");
        output.Flush();
        try
        {
            return device.LoadResidentKeysAsync(wanted, pin, default).GetAwaiter().GetResult();
        }
        catch (SshException refused)
        {
            throw new FatalException($"Unable to load resident keys: {refused.Message}");
        }
    }

    private int SaveAll(IReadOnlyList<EnrolledSecurityKey> keys)
    {
        byte[]? passphrase = settings.NewPassphrase;
        try
        {
            foreach (EnrolledSecurityKey kept in keys)
            {
                SecurityPrivateKey key = kept.Key;
                string path = (key.SecurityPublicKey.Key is EcdsaPublicKey ? "id_ecdsa_sk_rk" : "id_ed25519_sk_rk") + SuffixOf(kept);
                if (!answers.MayReplace(path)) return 0;
                passphrase ??= answers.AskNewPassphrase();
                key.Comment = Encoding.UTF8.GetString(key.SecurityPublicKey.Application.Span);
                Save(path, key, passphrase);
                if (!settings.IsQuiet) output.WriteLine($"Saved {key.PublicKey.ShortType} key{(SuffixOf(kept).Length == 0 ? "" : " " + Printable.Escape(key.Comment))} to {path}");
            }

            return 0;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(passphrase);
        }
    }

    private void Save(string path, SecurityPrivateKey key, byte[] passphrase)
    {
        try
        {
            KeyFiles.SavePrivate(path, key, passphrase, settings);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Saving key \"{path}\" failed: {LocalFault.Describe(failure, path)}");
        }

        KeyFiles.SavePublic(path + ".pub", key.PublicKey, key.Comment);
    }
}
