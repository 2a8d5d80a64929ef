using System.Security.Cryptography;
using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tools.FileTransfer;
using Nacre.Tools.SecurityKeys;

namespace Nacre.Tools.SshKeygen;

/// <summary>Has a security key make a key, as -O says, and asks the person for what that wants.</summary>
internal sealed class SecurityKeyEnrolment
{
    private const string UsualApplication = "ssh:";
    private const int ChallengeLength = 32, MaxChallenge = 64 * 1024, MostPins = 3;

    private readonly KeygenSettings _settings;
    private readonly Answers _answers;
    private readonly TextWriter _output;
    private readonly ISecurityKeyDevice _device;
    private SecurityKeyWish _wish;
    private string? _attestationFile;

    public SecurityKeyEnrolment(KeygenSettings settings, Answers answers, TextWriter output, ISecurityKeyDevice device)
    {
        (_settings, _answers, _output, _device) = (settings, answers, output, device);
        _wish = new SecurityKeyWish(settings.Type == KeygenSettings.EcdsaSecurityKey, UsualApplication, SecurityKeyFlags.UserPresence, SystemRandom.Instance.Bytes(ChallengeLength));
        foreach (string option in settings.Certificate.Options) Take(option);
    }

    /// <summary>Makes the key.</summary>
    public EnrolledSecurityKey Make()
    {
        Password? pin = null;
        try
        {
            for (int pins = 0; ;)
            {
                if (!_settings.IsQuiet) _output.WriteLine($"You may need to touch your authenticator{(pins == 0 ? "" : " again")} to authorize key generation.");
                _output.Flush();
                try
                {
                    return _device.EnrollAsync(_wish, pin, default).GetAwaiter().GetResult();
                }
                catch (SecurityKeyException exists) when (exists.Fault == SecurityKeyFault.CredentialExists && MayReplace())
                {
                    _wish = _wish with { Flags = _wish.Flags | SecurityKeyFlags.ForceOperation };
                    continue;
                }
                catch (SecurityKeyException wrong) when (wrong.Fault == SecurityKeyFault.PinRequired)
                {
                    if (pin is not null) _output.WriteLine("PIN incorrect");
                }

                if (++pins > MostPins) throw new FatalException("Too many incorrect PINs");
                pin?.Dispose();
                pin = null;
                pin = AskPin(_answers);
            }
        }
        catch (SshException failed)
        {
            throw new FatalException($"Key enrollment failed: {failed.Message}");
        }
        finally
        {
            pin?.Dispose();
        }
    }

    /// <summary>Writes what the security key attests about the key to the file that write-attestation names.</summary>
    public void SaveAttestation(EnrolledSecurityKey key)
    {
        if (_attestationFile is not { } path) return;
        if (key.Certificate.Length == 0) throw new FatalException("Enrollment did not return attestation data");
        var fields = new AttestationFields { Format = AttestationFields.Version, Certificate = key.Certificate, Signature = key.Signature, AuthenticatorData = key.AuthenticatorData };
        try
        {
            KeyFiles.SaveForOwner(path, Message.WriteRecord(ref fields));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Unable to write attestation data \"{Printable.Escape(path)}\": {LocalFault.Describe(failure, path)}");
        }

        if (!_settings.IsQuiet) _output.WriteLine($"Your FIDO attestation certificate has been saved in {path}");
    }

    /// <summary>Asks for a PIN; whoever asks erases it.</summary>
    public static Password AskPin(Answers answers, string question = "Enter PIN for authenticator: ")
    {
        byte[] typed = answers.AskPassphrase(question);
        try
        {
            return new Password(typed.AsSpan());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(typed);
        }
    }

    private void Take(string option)
    {
        int equals = option.IndexOf('=', StringComparison.Ordinal);
        string name = (equals < 0 ? option : option[..(equals + 1)]).ToLowerInvariant(), value = option[(equals + 1)..];
        _wish = name switch
        {
            "no-touch-required" => _wish with { Flags = _wish.Flags & ~SecurityKeyFlags.UserPresence },
            "verify-required" => _wish with { Flags = _wish.Flags | SecurityKeyFlags.UserVerification },
            "resident" => _wish with { Flags = _wish.Flags | SecurityKeyFlags.Resident },
            "device=" => _wish with { Device = value },
            "user=" => _wish with { User = value },
            "challenge=" => _wish with { Challenge = ReadChallenge(value) },
            "application=" => _wish with { Application = Application(value) },
            "write-attestation=" => Attesting(value),
            _ => throw new FatalException($"Option \"{Printable.Escape(option)}\" is unsupported for FIDO authenticator enrollment"),
        };
    }

    private SecurityKeyWish Attesting(string path)
    {
        _attestationFile = path;
        return _wish;
    }

    private static string Application(string name) =>
        !name.StartsWith(UsualApplication, StringComparison.Ordinal) ? throw new FatalException("FIDO application string must begin with \"ssh:\"")
        : Encoding.UTF8.GetByteCount(name) > SecurityKeyFields.MaxApplication ? throw new FatalException($"FIDO application string has more than {SecurityKeyFields.MaxApplication} bytes")
        : name;

    private static byte[] ReadChallenge(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            byte[] challenge = new byte[MaxChallenge + 1];
            int length = stream.ReadAtLeast(challenge, challenge.Length, throwOnEndOfStream: false);
            if (length is > 0 and <= MaxChallenge) return challenge[..length];
            throw new FatalException($"Unable to load FIDO enrollment challenge \"{Printable.Escape(path)}\": it has {(length == 0 ? "no bytes" : $"more than {MaxChallenge} bytes")}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Unable to load FIDO enrollment challenge \"{Printable.Escape(path)}\": {LocalFault.Describe(unreadable, path)}");
        }
    }

    private bool MayReplace()
    {
        bool mayExist = (_wish.Flags & (SecurityKeyFlags.Resident | SecurityKeyFlags.ForceOperation)) == SecurityKeyFlags.Resident;
        if (!mayExist) return false;
        string user = _wish.User is null ? "" : $" with user id '{Printable.Escape(_wish.User)}'";
        _output.WriteLine($"A resident key scoped to '{Printable.Escape(_wish.Application)}'{user} already exists.");
        return _answers.Ask("Overwrite key in token (y/n)? ") is ['y' or 'Y', ..];
    }

    /// <summary>PROTOCOL.u2f, "SSH U2F attestation": what a verifier gets of it.</summary>
    private ref struct AttestationFields : IRecord<AttestationFields>
    {
        public ReadOnlySpan<byte> Format;
        public ReadOnlySpan<byte> Certificate;
        public ReadOnlySpan<byte> Signature;
        public ReadOnlySpan<byte> AuthenticatorData;
        public uint ReservedFlags;
        public ReadOnlySpan<byte> Reserved;

        public static ReadOnlySpan<byte> Version => "ssh-sk-attest-v01"u8;

        public static void Fields<V>(ref V visit, ref AttestationFields message)
            where V : IFieldVisitor, allows ref struct
        {
            visit.Text(ref message.Format);
            visit.String(ref message.Certificate);
            visit.String(ref message.Signature);
            visit.String(ref message.AuthenticatorData);
            visit.UInt32(ref message.ReservedFlags);
            visit.String(ref message.Reserved);
        }
    }
}
