namespace Nacre.Tools.SshCopyId;

/// <summary>The flags of ssh-copy-id; parser and usage are made from this table.</summary>
internal static class SshCopyIdFlags
{
    public static FlagTable Table { get; } = new(
        "ssh-copy-id",
        [new Synopsis("", "fnsxiFopt", "[user@]hostname"), new Synopsis("h", "")],
        new Flag('?', null, "Print how to call this.") { IsHidden = true },
        new Flag('F', "ssh_config", "Read this configuration file and no other."),
        new Flag('f', null, "Install the keys without looking whether they are there."),
        new Flag('h', null, "Print how to call this."),
        new Flag('i', "identity_file", "Install this public key; .pub is added to the name. Without a name, the newest ~/.ssh/id*.pub."),
        new Flag('n', null, "Install nothing, and print the keys that would be."),
        new Flag('o', "ssh_option", "Set a configuration keyword of ssh."),
        new Flag('p', "port", "Connect to this port."),
        new Flag('s', null, "Install by SFTP, for servers that run no commands."),
        new Flag('t', "target_path", "The file at the server, if it is not .ssh/authorized_keys."),
        new Flag('x', null, "Tell what happens, here and at the server."));
}
