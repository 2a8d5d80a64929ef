namespace Nacre.Tests.Interop;

/// <summary>The provider of OpenSSH's own tests, which is a security key in software.</summary>
internal static class DummySecurityKey
{
    public const string Provider = "/usr/lib/openssh/regress/misc/sk-dummy/sk-dummy.so";
}
