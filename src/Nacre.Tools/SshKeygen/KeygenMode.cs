namespace Nacre.Tools.SshKeygen;

/// <summary>What one run of ssh-keygen is to do.</summary>
internal enum KeygenMode
{
    Generate,
    ChangePassphrase,
    ChangeComment,
    PrintPublic,
    Fingerprint,
    Babble,
    HostKeys,
    Certify,
    ListCertificates,
}
