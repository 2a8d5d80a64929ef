using Nacre.Protocol.Keys;
using Nacre.Tools;
using Nacre.Tools.SshKeyscan;

namespace Nacre.Tests.Tools.SshKeyscan;

public sealed class KeyscanSettingsTests
{
    [Theory]
    [InlineData("rsa", "rsa")]
    [InlineData("ed25519,rsa", "rsa ed25519")]
    [InlineData("ssh-ed25519", "ed25519")]
    [InlineData("ecdsa-sha2-nistp384,ECDSA", "ecdsa")]
    public void Types_are_taken_by_either_name_and_asked_for_once(string text, string types) =>
        Assert.Equal(types, string.Join(' ', KeyscanSettings.Parse(["-t", text, "host"]).Types.Select(type => type.Name)));

    [Fact]
    public void Files_and_hosts_may_go_together_and_files_may_be_many()
    {
        KeyscanSettings settings = KeyscanSettings.Parse(["-fone", "-f", "-", "host", "other"]);

        Assert.Equal(["one", "-", "host", "other"], [.. settings.Files, .. settings.Hosts]);
    }

    [Theory]
    [InlineData("hashalg=sha1", SshfpRecord.Sha1)]
    [InlineData("hashalg=sha256", SshfpRecord.Sha256)]
    public void A_hash_of_records_can_be_chosen(string option, byte hash) => Assert.Equal([hash], KeyscanSettings.Parse(["-D", "-O", option, "host"]).RecordHashes);

    [Theory]
    [InlineData("Unknown key type \"dsa\"", "-t", "dsa")]
    [InlineData("Bad port '0'", "-p", "0")]
    [InlineData("Bad port '65536'", "-p", "65536")]
    [InlineData("Unsupported hash algorithm \"md5\"", "-O", "hashalg=md5")]
    [InlineData("Unsupported -O option \"hash\"", "-O", "hash")]
    public void A_wrong_value_is_told(string message, string flag, string value) =>
        Assert.Equal(message, Assert.Throws<FatalException>(() => KeyscanSettings.Parse([flag, value, "host"])).Message);

    [Fact]
    public void No_host_and_a_timeout_of_nothing_are_told_with_the_usage()
    {
        Assert.Throws<UsageException>(() => KeyscanSettings.Parse([]));
        Assert.Throws<UsageException>(() => KeyscanSettings.Parse(["-T", "0", "host"]));
    }
}
