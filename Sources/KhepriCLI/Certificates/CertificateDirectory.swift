import Khepri
import KhepriCluster
import RaftTransport
import RaftStorage
import SwiftASN1
import X509

/// A directory with the certificates of a cluster: `ca.crt` and `ca.key`, and two such files for each
/// member and client.
struct CertificateDirectory {
    /// What the authority's files are called.
    static let authorityName = "ca"
    /// What the files of the client are called that comes with the authority.
    static let clientName = "client"

    let path: String

    private var disk: any Disk { PosixDisk() }

    func certificateFile(of name: String) -> String { "\(path)/\(name).crt" }
    func keyFile(of name: String) -> String { "\(path)/\(name).key" }

    /// What a member or client shows, and checks others with.
    func files(of name: String) -> CertificatePaths {
        .init(
            certificate: certificateFile(of: name), privateKey: keyFile(of: name),
            roots: certificateFile(of: Self.authorityName))
    }

    /// Makes the directory if it is missing.
    func make() throws {
        try explained { if try disk.kind(of: path) == .missing { try disk.makeDirectory(path) } }
    }

    /// Whether there is a certificate or a key of that name.
    func has(_ name: String) throws -> Bool {
        try explained {
            try [certificateFile(of: name), keyFile(of: name)].contains {
                try disk.kind(of: $0) != .missing
            }
        }
    }

    /// Writes a certificate and its key, which only the owner may read.
    ///
    /// - Throws: ``ProgramExit`` if one of the files is there already.
    func add(_ identity: CertifiedKey, as name: String) throws {
        try explained {
            try write(try identity.key.serializeAsPEM().pemString, to: keyFile(of: name))
            try write(
                try identity.certificate.serializeAsPEM().pemString, to: certificateFile(of: name))
            try disk.synchronizeDirectory(path)
        }
    }

    /// Puts a certificate in the place of an earlier one; whoever reads the file gets one of the two.
    func replace(_ certificate: Certificate, of name: String) throws {
        try explained {
            let file = certificateFile(of: name)
            let temporary = file + ".tmp"
            if try disk.kind(of: temporary) != .missing { try disk.remove(temporary) }
            try write(try certificate.serializeAsPEM().pemString, to: temporary)
            try disk.rename(temporary, to: file)
            try disk.synchronizeDirectory(path)
        }
    }

    /// Reads a certificate and its key.
    ///
    /// - Throws: `StoreError` or ``ProgramExit``, which name the file.
    func read(_ name: String) throws -> CertifiedKey {
        let key = try text(of: keyFile(of: name))
        do {
            return CertifiedKey(
                certificate: try certificate(of: name),
                key: try Certificate.PrivateKey(pemEncoded: key))
        } catch let error as ProgramExit {
            throw error
        } catch {
            throw ProgramExit(
                .unreachable, "\(keyFile(of: name)): expected a private key in PEM form")
        }
    }

    /// Reads a certificate.
    func certificate(of name: String) throws -> Certificate {
        let file = certificateFile(of: name)
        let text = try text(of: file)
        do {
            return try Certificate(pemEncoded: text)
        } catch {
            throw ProgramExit(.unreachable, "\(file): expected a certificate in PEM form")
        }
    }

    /// The names of the certificates, sorted.
    func names() throws -> [String] {
        let names = try explained { try disk.names(in: path) }
        return names.filter { $0.hasSuffix(".crt") }.map { String($0.dropLast(4)) }
    }

    private func text(of file: String) throws -> String {
        String(decoding: try CertificateFiles.contents(of: file), as: UTF8.self)
    }

    private func write(_ text: String, to path: String) throws {
        let file = try disk.open(path, .create)
        let bytes = Array((text + "\n").utf8)
        var done = 0
        while done < bytes.count {
            done += try bytes[done...].withUnsafeBytes { try file.write($0, at: UInt64(done)) }
        }
        try file.flush()
        try file.close()
    }

    /// Names the file that the disk has refused.
    private func explained<Value>(_ work: () throws -> Value) throws -> Value {
        do {
            return try work()
        } catch let error as DiskError {
            throw ProgramExit(.unreachable, "\(error)")
        }
    }
}

/// A certificate with the key that belongs to it.
struct CertifiedKey {
    let certificate: Certificate
    let key: Certificate.PrivateKey
}
