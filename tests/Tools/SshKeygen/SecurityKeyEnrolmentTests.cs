using System.Text;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Tests.Interop;
using Nacre.Tests.Keys;
using Nacre.Tools;
using Nacre.Tools.SecurityKeys;
using Nacre.Tools.SshKeygen;

namespace Nacre.Tests.Tools.SshKeygen;

/// <summary>How ssh-keygen has a security key make keys (-t with -sk) and tell which it keeps (-K), with one that does as a test says.</summary>
public sealed class SecurityKeyEnrolmentTests
{
    [Fact]
    public void Options_say_what_the_key_is_to_be()
    {
        using var directory = new TemporaryDirectory();
        string challenge = directory.Write("challenge", "0123456789");
        var device = new Device();
        Enroll(device, "", "-t", "ecdsa-sk", "-O", "application=ssh:work", "-O", "challenge=" + challenge, "-O", "device=/dev/hidraw1", "-O", "user=al", "-O", "resident", "-O", "verify-required", "-O", "no-touch-required").Dispose();
        Assert.Equal((true, "ssh:work", "/dev/hidraw1", "al"), (device.Wish!.IsEcdsa, device.Wish.Application, device.Wish.Device, device.Wish.User));
        Assert.Equal(SecurityKeyFlags.Resident | SecurityKeyFlags.UserVerification, device.Wish.Flags);
        Assert.Equal("0123456789"u8, device.Wish.Challenge.Span);

        Enroll(device, "", "-t", "sk-ssh-ed25519@openssh.com").Dispose();
        Assert.Equal((false, "ssh:", null, null, SecurityKeyFlags.UserPresence, 32), (device.Wish.IsEcdsa, device.Wish.Application, device.Wish.Device, device.Wish.User, device.Wish.Flags, device.Wish.Challenge.Length));
    }

    [Theory]
    [InlineData("application=work", "FIDO application string must begin with \"ssh:\"")]
    [InlineData("touch", "Option \"touch\" is unsupported for FIDO authenticator enrollment")]
    [InlineData("resident=yes", "Option \"resident=yes\" is unsupported for FIDO authenticator enrollment")]
    [InlineData("challenge=/nowhere/at/all", "Unable to load FIDO enrollment challenge \"/nowhere/at/all\": No such file or directory")]
    [InlineData("challenge=/dev/null", "Unable to load FIDO enrollment challenge \"/dev/null\": it has no bytes")]
    [InlineData("challenge=/dev/zero", "Unable to load FIDO enrollment challenge \"/dev/zero\": it has more than 65536 bytes")]
    public void An_option_that_is_none_is_refused(string option, string words) =>
        Assert.Equal(words, Assert.Throws<FatalException>(() => Enroll(new Device(), "", "-t", "ed25519-sk", "-O", option)).Message);

    [Fact]
    public void A_PIN_is_asked_for_when_it_is_wanted_and_three_wrong_ones_end_it()
    {
        var output = new StringWriter { NewLine = "\n" };
        var device = new Device { Pin = "1234" };
        Enroll(device, "1\n1234\n", output, "-t", "ed25519-sk").Dispose();
        Assert.Equal(
            "You may need to touch your authenticator to authorize key generation.\nYou may need to touch your authenticator again to authorize key generation.\nPIN incorrect\n"
            + "You may need to touch your authenticator again to authorize key generation.\n",
            output.ToString());
        Assert.Equal("Too many incorrect PINs", Assert.Throws<FatalException>(() => Enroll(device, "1\n2\n3\n1234\n", "-t", "ed25519-sk")).Message);
    }

    [Theory]
    [InlineData("y\n", true)]
    [InlineData("n\n", false)]
    [InlineData("", false)]
    public void A_resident_key_is_replaced_only_when_the_person_says_so(string answer, bool isMade)
    {
        var output = new StringWriter { NewLine = "\n" };
        var device = new Device { HasOne = true };
        if (isMade) Enroll(device, answer, output, "-t", "ed25519-sk", "-O", "resident", "-O", "user=al").Dispose();
        else Assert.Equal("Key enrollment failed: the security key has such a key already", Assert.Throws<FatalException>(() => Enroll(device, answer, output, "-t", "ed25519-sk", "-O", "resident", "-O", "user=al")).Message);
        Assert.Contains("A resident key scoped to 'ssh:' with user id 'al' already exists.\n", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(isMade, (device.Wish!.Flags & SecurityKeyFlags.ForceOperation) != 0);
    }

    [Fact]
    public void What_the_security_key_attests_is_kept_for_the_owner()
    {
        using var directory = new TemporaryDirectory();
        string path = directory["attestation"];
        KeygenSettings settings = KeygenSettings.Parse(["-q", "-t", "ed25519-sk", "-O", "write-attestation=" + path]);
        var enrolment = new SecurityKeyEnrolment(settings, Answers(""), TextWriter.Null, new Device());
        using EnrolledSecurityKey key = enrolment.Make();
        enrolment.SaveAttestation(key);
        byte[] expected =
        [
            .. SampleKeys.Field("ssh-sk-attest-v01"u8), .. SampleKeys.Field("certificate"u8), .. SampleKeys.Field("signature"u8), .. SampleKeys.Field("data"u8),
            0, 0, 0, 0, .. SampleKeys.Field([]),
        ];
        Assert.Equal(expected, File.ReadAllBytes(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Theory]
    [InlineData("ssh:", "", "")]
    [InlineData("ssh:", "\0\0\0", "")]
    [InlineData("ssh:work", "", "_work")]
    [InlineData("ssh://work", "al\0\0", "_work_al")]
    [InlineData("other", "al", "_other_al")]
    [InlineData("ssh:../../x", "", "_2e2e2f2e2e2f78")]
    [InlineData("ssh:a/b", "../c", "_612f62_2e2e2f63")]
    public void The_name_of_a_downloaded_key_says_what_it_is_for_and_leads_nowhere_else(string application, string user, string suffix)
    {
        using EnrolledSecurityKey key = Device.NewKey(isEcdsa: false, application, SecurityKeyFlags.Resident) with { UserId = Encoding.ASCII.GetBytes(user) };
        Assert.Equal(suffix, ResidentKeyDownload.SuffixOf(key));
    }

    [Fact]
    public void No_key_to_download_is_no_failure_and_other_options_are()
    {
        var error = new StringWriter();
        Assert.Equal(0, new ResidentKeyDownload(KeygenSettings.Parse(["-K"]), Answers("1234\n"), TextWriter.Null, error, new Device { Pin = "1234" }).Run());
        Assert.Equal("No keys to download\r\n", error.ToString());
        var wrongPin = new ResidentKeyDownload(KeygenSettings.Parse(["-K"]), Answers("1\n"), TextWriter.Null, error, new Device { Pin = "1234" });
        Assert.Equal("Unable to load resident keys: the security key wants its PIN", Assert.Throws<FatalException>(() => wrongPin.Run()).Message);
        var wrongOption = new ResidentKeyDownload(KeygenSettings.Parse(["-K", "-O", "user=al"]), Answers(""), TextWriter.Null, error, new Device());
        Assert.Equal("Option \"user=al\" is unsupported for FIDO authenticator download", Assert.Throws<FatalException>(() => wrongOption.Run()).Message);
    }

    [Fact]
    public async Task A_signer_asks_for_a_PIN_when_the_key_or_the_security_key_wants_it()
    {
        using EnrolledSecurityKey plain = Device.NewKey(isEcdsa: false, "ssh:", SecurityKeyFlags.None), verified = Device.NewKey(isEcdsa: false, "ssh:", SecurityKeyFlags.UserVerification);
        Assert.Equal(["no PIN"], await SignAsync(new Device(), plain.Key));
        Assert.Equal(["no PIN", "asked", "PIN 1234"], await SignAsync(new Device { Pin = "1234" }, plain.Key));
        Assert.Equal(["asked", "PIN 1234"], await SignAsync(new Device(), verified.Key));
    }

    private static async Task<List<string>> SignAsync(Device device, SecurityPrivateKey key)
    {
        var signer = new SecurityKeySigner(key, device, _ =>
        {
            device.Heard.Add("asked");
            return new(new Password("1234"));
        }, _ => throw new InvalidOperationException("the key wants no touch"));
        await signer.SignAsync(KeyAlgorithm.SkEd25519, new byte[8], TestContext.Current.CancellationToken);
        return device.Heard;
    }

    private static EnrolledSecurityKey Enroll(Device device, string input, params string[] args) => Enroll(device, input, TextWriter.Null, args);

    private static EnrolledSecurityKey Enroll(Device device, string input, TextWriter output, params string[] args) =>
        new SecurityKeyEnrolment(KeygenSettings.Parse(args), Answers(input), output, device).Make();

    private static Answers Answers(string input) => new(new MemoryStream(Encoding.UTF8.GetBytes(input)), TextWriter.Null, TextWriter.Null, usesTerminal: false);

    private sealed class Device : ISecurityKeyDevice
    {
        public string? Pin { get; init; }

        public bool HasOne { get; init; }

        public SecurityKeyWish? Wish { get; private set; }

        public List<string> Heard { get; } = [];

        public static EnrolledSecurityKey NewKey(bool isEcdsa, string application, SecurityKeyFlags flags)
        {
            using var soft = new SoftSecurityKey(isEcdsa ? KeyAlgorithm.SkEcdsaP256 : KeyAlgorithm.SkEd25519, application);
            return new EnrolledSecurityKey(new SecurityPrivateKey((SecurityPublicKey)soft.PublicKey, flags, "handle"u8, []))
            {
                Certificate = "certificate"u8.ToArray(),
                Signature = "signature"u8.ToArray(),
                AuthenticatorData = "data"u8.ToArray(),
            };
        }

        public Task<EnrolledSecurityKey> EnrollAsync(SecurityKeyWish wish, Password? pin, CancellationToken ct)
        {
            Wish = wish;
            Check(pin);
            if (HasOne && (wish.Flags & SecurityKeyFlags.ForceOperation) == 0) throw new SecurityKeyException(SecurityKeyFault.CredentialExists);
            return Task.FromResult(NewKey(wish.IsEcdsa, wish.Application, wish.Flags));
        }

        public Task<byte[]> SignAsync(SecurityPrivateKey key, string algorithm, ReadOnlyMemory<byte> data, Password? pin, CancellationToken ct)
        {
            Heard.Add(pin is null ? "no PIN" : $"PIN {Encoding.UTF8.GetString(pin.Utf8)}");
            Check(pin);
            return Task.FromResult<byte[]>([]);
        }

        public Task<IReadOnlyList<EnrolledSecurityKey>> LoadResidentKeysAsync(string? device, Password? pin, CancellationToken ct)
        {
            Check(pin);
            return Task.FromResult<IReadOnlyList<EnrolledSecurityKey>>([]);
        }

        private void Check(Password? pin)
        {
            if (Pin is not null && (pin is null || !pin.FixedTimeEquals(Encoding.UTF8.GetBytes(Pin)))) throw new SecurityKeyException(SecurityKeyFault.PinRequired);
        }
    }
}
